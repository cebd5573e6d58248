// The house rules, on the tree as it is.  Run by: node --test tests/lint
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as rules from './rules.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const skipped = new Set(['build', 'var', 'node_modules', '.git', '.cache'])

function walk (folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path)
    return entry.isFile() ? [path] : []
  })
}

const paths = walk(root).map(path => relative(root, path))
const read = pattern => paths.filter(p => pattern.test(p)).map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const code = read(/\.[ch]$/)
const none = findings => assert.equal(findings.length, 0, `\n${findings.join('\n')}`)

test('there is code to look at', () => assert.ok(code.length > 50))
test('includes only point down', () => none(rules.climbingIncludes(code, path => paths.includes(path))))
test('headers do not include themselves', () => none(rules.headerCycles(code)))
test('functions that invite overflow are not called outside common', () => none(rules.bannedCalls(code)))
const isTest = f => f.path.startsWith('tests/')
test('files stay below 450 lines, tests below 600', () => {
  none([...rules.longFiles(code.filter(f => !isTest(f)), 450), ...rules.longFiles(code.filter(isTest), 600)])
})
test('functions stay within 40 lines, those of tests within 60', () =>
  none([...rules.longFunctions(code.filter(f => !isTest(f)), 40), ...rules.longFunctions(code.filter(isTest), 60)]))
test('every public prototype has a comment in reach', () => none(rules.silentPrototypes(code)))
test('every query is one described statement and compiled in', () =>
  none(rules.brokenQueries(read(/\.sql$/), read(/CMakeLists\.txt$/))))

// Debian 12 has clang-format 14, which does not know the key InsertBraces; it only matters for writing braces.
function formatStyle (folder) {
  const style = join(folder, 'style')
  const major = Number(/version (\d+)/.exec(execFileSync('clang-format', ['--version'], { encoding: 'utf8' }))[1])
  const text = readFileSync(join(root, '.clang-format'), 'utf8')
  writeFileSync(style, major < 15 ? text.replace(/^InsertBraces:.*\n/m, '') : text)
  return style
}

test('clang-format would change nothing', t => {
  if (spawnSync('clang-format', ['--version']).error !== undefined) return t.skip('clang-format is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'dropship-lint-'))
  try {
    const run = spawnSync('clang-format', [`--style=file:${formatStyle(folder)}`, '--dry-run', '-Werror', ...code.map(f => f.path)],
      { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
    const first = new Map()
    for (const [, path, line] of run.stderr.matchAll(/^([^:\n]+):(\d+):\d+: error: /gm)) {
      if (!first.has(path)) first.set(path, `${path}:${line}: the first place that clang-format would change`)
    }
    none([...first.values()])
    assert.equal(run.status, 0, run.stderr)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the settings written down are those of the program', t => {
  const table = rules.settingsTable(read(/^deploy\/settings\.md$/)[0]?.text ?? '')
  assert.ok(table !== null, 'deploy/settings.md has no settings table')
  if (process.env.DROPSHIP_BIN === undefined) return t.skip('DROPSHIP_BIN is not set')
  const printed = execFileSync(join(process.env.DROPSHIP_BIN, 'dropship'), ['--print-config-markdown'], { encoding: 'utf8' })
  assert.equal(table, printed.trim())
})
