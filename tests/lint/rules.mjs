// The house rules that a compiler does not know.  A rule takes files ({ path, text }, paths from the repository's root) and
// returns its findings as lines "path:line: what".  No dependency.

const lineOf = (text, index) => text.slice(0, index).split('\n').length

// C with comments and the content of literals blanked; lines and lengths stay.
export function bare (text) {
  const blank = s => s.replace(/[^\n]/g, ' ')
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    m => m[0] === '/' ? blank(m) : m[0] + blank(m.slice(1, -1)) + m[0])
}

// What each layer may include besides itself; the longest prefix of a path is its layer.  To add a module, add a line.
const layers = {
  'common/base': [],
  'common/redis': ['common/base'],
  'common/db': ['common/base', 'sql'],
  'common/http': ['common/base'],
  'common/queue': ['common/base', 'common/redis'],
  'common/model': ['common/base', 'common/redis', 'common/db', 'common/http', 'common/queue', 'sql'],
  'worker/providers': ['common/base', 'common/http'],
  'worker/providers/shopify': ['common/base', 'common/http', 'worker/providers/gate.h', 'worker/providers/wait.h'],
  'worker/providers/cj': ['common/base', 'common/http', 'worker/providers/gate.h', 'worker/providers/wait.h'],
  'worker/providers/ai': ['common/base', 'common/http', 'worker/providers/wait.h'],
  'worker/core': ['common', 'sql', 'worker/providers'],
  'worker/fulfillment': ['common', 'sql', 'worker/core', 'worker/providers'],
  worker: ['common', 'sql', 'worker'],
  scheduler: ['common', 'sql'],
  'api/http': ['common', 'sql'],
  'api/cli': ['common', 'sql'],
  api: ['common', 'sql'],
  tests: ['']
}
const below = (path, folder) => folder === '' || path === folder || path.startsWith(folder + '/')
const layerOf = path => Object.keys(layers).filter(l => below(path, l)).sort((a, b) => b.length - a.length)[0]

export function includesOf ({ text }) {
  const found = []
  const re = /^\s*#\s*include\s+"([^"]+)"/gm
  for (let m = re.exec(text); m !== null; m = re.exec(text)) found.push({ target: m[1], line: lineOf(text, m.index) })
  return found
}

// `exists(path)` tells files of the tree from generated ones, which belong to the module that makes them; generated SQL is
// a layer of its own.
export function climbingIncludes (files, exists = () => true) {
  return files.flatMap(file => {
    const layer = layerOf(file.path)
    if (layer === undefined) return [`${file.path}:1: belongs to no layer; add it to tests/lint/rules.mjs`]
    return includesOf(file)
      .filter(({ target }) => (exists(target) || below(target, 'sql')) && layerOf(target) !== layer &&
        !layers[layer].some(allowed => below(target, allowed)))
      .map(({ target, line }) => `${file.path}:${line}: ${layer} may not include ${target}`)
  })
}

export function headerCycles (files) {
  const headers = new Map(files.filter(f => f.path.endsWith('.h')).map(f => [f.path, includesOf(f).map(i => i.target)]))
  const done = new Set()
  const findings = []
  const visit = (path, trail) => {
    if (trail.includes(path)) {
      findings.push(`${path}:1: includes itself: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`)
    } else if (!done.has(path)) {
      for (const next of headers.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
  }
  for (const path of headers.keys()) visit(path, [])
  return findings
}

const banned = /(?<![\w.>])(sprintf|strcpy|strcat|strtok|atoi|strtol|gets|alloca|localtime|gmtime|strerror|system|rand)\s*\(/g

export function bannedCalls (files) {
  return files.filter(f => !below(f.path, 'common')).flatMap(({ path, text }) => {
    const code = bare(text)
    return [...code.matchAll(banned)].map(m => `${path}:${lineOf(code, m.index)}: ${m[1]} is banned outside common`)
  })
}

export function longFiles (files, limit) {
  return files.map(f => ({ ...f, lines: f.text.split('\n').length - 1 })).filter(f => f.lines >= limit)
    .map(f => `${f.path}:1: ${f.lines} lines, the limit is ${limit}`)
}

// Functions with their length from signature to closing brace.  clang-format puts both braces of a function, and of nothing
// else, at the start of a line of their own.
export function functionsOf ({ path, text }) {
  const lines = bare(text).split('\n')
  const found = []
  for (let open = lines.indexOf('{'); open >= 0; open = lines.indexOf('{', open + 1)) {
    let first = open
    while (first > 0 && /\S/.test(lines[first - 1]) && !/[;}]\s*$|^\s*#/.test(lines[first - 1])) first--
    const close = lines.indexOf('}', open)
    const signature = lines.slice(first, open).join(' ')
    found.push({ path, line: first + 1, name: /(\w+)\s*\(/.exec(signature)?.[1] ?? '?', length: close - first + 1, signature })
  }
  return found
}

// Named parameters of a signature: those between the first parenthesis and its partner; "..." is none.
export function parameterCount (signature) {
  const names = []
  let depth = 0
  let name = ''
  for (const c of signature.slice(signature.indexOf('('))) {
    if ('([{'.includes(c) && ++depth === 1) continue
    if (')]}'.includes(c) && --depth === 0) break
    if (c === ',' && depth === 1) names.push(name)
    name = c === ',' && depth === 1 ? '' : name + c
  }
  return [...names, name].map(n => n.trim()).filter(n => n !== '' && n !== 'void' && n !== '...').length
}

// `exceptions`: { 'path name': 'why it is clearest so' }; one that no function needs any more is found as well.
export function crowdedFunctions (files, limit, exceptions = {}) {
  const crowded = files.flatMap(functionsOf).map(f => ({ ...f, count: parameterCount(f.signature) })).filter(f => f.count > limit)
  const keys = new Set(crowded.map(f => `${f.path} ${f.name}`))
  return [
    ...crowded.filter(f => exceptions[`${f.path} ${f.name}`] === undefined)
      .map(f => `${f.path}:${f.line}: ${f.name} has ${f.count} parameters, the limit is ${limit}`),
    ...Object.keys(exceptions).filter(key => !keys.has(key)).map(key => `${key.replace(' ', ':1: ')} needs no exception`)
  ]
}

export function longFunctions (files, limit) {
  return files.flatMap(functionsOf).filter(f => f.length > limit).sort((a, b) => b.length - a.length)
    .map(f => `${f.path}:${f.line}: ${f.name} has ${f.length} lines, the limit is ${limit}`)
}

// A prototype needs a comment of its own: behind it, or right above it.
export function silentPrototypes (files) {
  return files.filter(f => f.path.endsWith('.h') && !below(f.path, 'tests')).flatMap(({ path, text }) => {
    const lines = text.split('\n')
    const code = bare(text).split('\n')
    const findings = []
    for (let i = 0; i < code.length; i++) {
      // A declaration begins at the margin, is no type, macro or function body, and has a parameter list.
      if (!/^[a-z_][\w\s*]*?\w\s*\(/.test(code[i]) || /^(typedef|struct \w+ \{|enum|static inline|return|CONF_ROW)/.test(code[i])) continue
      let end = i
      while (end < code.length && !/[;{]\s*$/.test(code[end])) end++
      if (end === code.length || !/;\s*$/.test(code[end])) continue
      const above = i > 0 && /\*\/\s*$/.test(lines[i - 1]) && code[i - 1].trim() === ''
      const own = lines.slice(i, end + 1).join('\n').includes('/*')
      if (!above && !own) findings.push(`${path}:${i + 1}: no comment for ${code[i].trim()}`)
    }
    return findings
  })
}

// Each file of sql/queries: a heading comment, then one statement; and its folder's CMakeLists.txt names it.  One in a folder
// common/ is a part of statements: a query of the folder above includes it.
export function brokenQueries (files, lists) {
  const parts = new Set(files.flatMap(({ path, text }) => [...text.matchAll(/^-- include: (\S+)$/mg)].map(m => `${path.slice(0, path.lastIndexOf('/'))}/${m[1]}`)))
  return files.filter(f => f.path.endsWith('.sql') && below(f.path, 'sql/queries')).flatMap(({ path, text }) => {
    const findings = []
    const code = text.replace(/--[^\n]*|\/\*[^]*?\*\/|'(?:[^']|'')*'|\$(\w*)\$[^]*?\$\1\$/g, ' ').trim()
    if (!/^--\s*\S/.test(text)) findings.push(`${path}:1: no heading comment on parameters and result`)
    if (code === '') findings.push(`${path}:1: no statement`)
    if (code.replace(/;$/, '').includes(';')) findings.push(`${path}:1: more than one statement`)
    const folder = path.slice(0, path.lastIndexOf('/'))
    const name = path.slice(folder.length + 1)
    if (folder.endsWith('/common')) return parts.has(path) ? findings : [...findings, `${path}:1: no query includes it`]
    const list = lists.find(f => f.path === `${folder}/CMakeLists.txt`)
    if (!list?.text.split(/\s+/).includes(name)) findings.push(`${path}:1: ${folder}/CMakeLists.txt does not name it`)
    return findings
  })
}

// The settings table of deploy/settings.md, between its markers; null when it has none.
export function settingsTable (readme) {
  const m = /<!-- settings -->\s*([^]*?)\s*<!-- \/settings -->/.exec(readme)
  return m === null ? null : m[1]
}
