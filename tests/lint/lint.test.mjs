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
// Where six parameters say it best.  To add one, say why a struct would not be clearer.
const bounds = 'a text, its bounds, its name in a failure: each call is one line that reads as a sentence'
const figures = 'a formula: its figures are told apart by their place, and rounding belongs to each call'
const row = 'who did what to which: the columns of an audit row in their order'
const page = 'the cursor and size of a page, next to what is listed'
const sixParameters = {
  'api/cli/cli.c cli_option_int': bounds,
  'api/cli/cmd_duty.c read_amount': bounds,
  'api/http/approvals.c look': 'one call; what was seen is compared with what is locked',
  'api/http/orders.c order_now': 'two answers that only its callers need together',
  'api/http/search.c add_hit': 'the members of one hit in their order',
  'common/base/money.c money_convert': figures,
  'common/base/money.c money_mul_div': figures,
  'common/base/str.c str_to_double': bounds,
  'common/base/str.c str_to_int': bounds,
  'common/db/db_run.c db_await': 'private to the module: what was sent, how long it may take, what came',
  'common/model/audit.c audit_add': row,
  'common/model/duty_table.c duty_rule_find': 'the key of a rule: to where, from where, on which day',
  'common/model/mapping.c mapping_audit': row,
  'common/model/pricing_preview.c pricing_preview': page,
  'common/model/pricing_rule.c member': bounds,
  'common/model/pricing_rules.c note': row,
  'common/model/pricing_rules.c pricing_rule_preview': page,
  'common/model/products_steer.c tell': 'a step and its sentence in the product\'s own timeline',
  'common/model/settings.c settings_audit': row,
  'tests/integration/queue/fixture.c fixture_claim': 'whose list of which queue, and how many: 57 calls of one line',
  'worker/providers/cj/call.c cj_run': 'what every call of the client has: operation, query, body, answer'
}
test('functions have at most 5 parameters', () => none(rules.crowdedFunctions(code, 5, sixParameters)))
test('every prototype has a comment of its own', () => none(rules.silentPrototypes(code)))
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
