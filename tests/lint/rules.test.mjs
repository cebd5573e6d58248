// Each rule finds what it is for, and leaves the rest alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as rules from './rules.mjs'

const file = (path, text) => ({ path, text })

test('an include that climbs is found, one that points down is not', () => {
  const climb = (path, target) => rules.climbingIncludes([file(path, `#include "${target}"\n`)]).length
  assert.equal(climb('common/base/str.c', 'common/db/db.h'), 1)
  assert.equal(climb('common/db/db.c', 'common/model/outbox.h'), 1)
  assert.equal(climb('common/db/db.c', 'common/redis/redis.h'), 1)
  assert.equal(climb('worker/providers/cj/cj.c', 'common/db/db.h'), 1)
  assert.equal(climb('worker/providers/cj/cj.c', 'worker/providers/shopify/shopify.h'), 1)
  assert.equal(climb('worker/providers/cj/cj.c', 'worker/core/effects.h'), 1)
  assert.equal(climb('worker/core/lane.c', 'worker/fulfillment/order.h'), 1)
  assert.equal(climb('scheduler/main.c', 'worker/core/lane.h'), 1)
  assert.equal(climb('api/cli/main.c', 'api/http/route.h'), 1)
  assert.equal(climb('somewhere/else.c', 'x.h'), 1)
  assert.equal(climb('common/db/db.c', 'common/base/str.h'), 0)
  assert.equal(rules.climbingIncludes([file('common/queue/a.c', '#include "lua/queue.h"\n')], () => false).length, 0)
  assert.equal(rules.climbingIncludes([file('common/queue/a.c', '#include "sql/model.h"\n')], () => false).length, 1)
  assert.equal(climb('worker/providers/cj/cj.c', 'worker/providers/gate.h'), 0)
  assert.equal(climb('worker/fulfillment/order.c', 'worker/core/effects.h'), 0)
  assert.equal(climb('tests/unit/x_test.c', 'worker/core/lane_priv.h'), 0)
})

test('a cycle of headers is found', () => {
  const two = [file('a/x.h', '#include "a/y.h"\n'), file('a/y.h', '#include "a/x.h"\n')]
  assert.equal(rules.headerCycles(two).length, 1)
  assert.equal(rules.headerCycles([two[0], file('a/y.h', '')]).length, 0)
})

test('a banned call is found, its name in text and longer names are not', () => {
  const calls = text => rules.bannedCalls([file('worker/x.c', text)]).length
  assert.equal(calls('x = atoi(y);'), 1)
  assert.equal(calls('system ("ls");'), 1)
  assert.equal(calls('/* atoi(y) */ "strcpy(" // gets('), 0)
  assert.equal(calls('gmtime_r(&t, &tm); strtoll(x); my_rand(); job->system(x); snprintf(a)'), 0)
  assert.equal(rules.bannedCalls([file('common/base/x.c', 'strtol(x)')]).length, 0)
})

test('long files and functions are found at their limit', () => {
  assert.equal(rules.longFiles([file('a.c', '\n'.repeat(450))], 450).length, 1)
  assert.equal(rules.longFiles([file('a.c', '\n'.repeat(449))], 450).length, 0)
  const fn = lines => file('a.c', `int before;\n\nstatic int\nlong_one(int a)\n{\n${'    a++;\n'.repeat(lines)}}\n`)
  assert.deepEqual(rules.functionsOf(fn(10)),
    [{ path: 'a.c', line: 3, name: 'long_one', length: 14, signature: 'static int long_one(int a)' }])
  assert.equal(rules.longFunctions([fn(56)], 60).length, 0)
  assert.equal(rules.longFunctions([fn(57)], 60).length, 1)
})

test('functions with too many parameters are found, exceptions that nobody needs as well', () => {
  const six = [file('a.c', 'static int\nmany(int a, int b[static 4], void (*c)(int x, int y), int d,\n     int e, int f)\n{\n}\n')]
  assert.equal(rules.parameterCount('void none(void)'), 0)
  assert.equal(rules.parameterCount('int say(struct fail *f, const char *fmt, ...)'), 2)
  assert.deepEqual(rules.crowdedFunctions(six, 5), ['a.c:1: many has 6 parameters, the limit is 5'])
  assert.deepEqual(rules.crowdedFunctions(six, 6), [])
  assert.deepEqual(rules.crowdedFunctions(six, 5, { 'a.c many': 'why' }), [])
  assert.deepEqual(rules.crowdedFunctions(six, 6, { 'a.c many': 'why' }), ['a.c:1: many needs no exception'])
})

test('a prototype without a comment of its own is found', () => {
  const silent = text => rules.silentPrototypes([file('common/a.h', text)]).length
  assert.equal(silent('int a(void);\n'), 1)
  assert.equal(silent('/* Far away. */\n\nmust_check int a(int x,\n                 int y);\n'), 1)
  assert.equal(silent('#pragma once\nint a(void);\n'), 1)
  assert.equal(silent('/* Says it. */\nint a(void);\nint b(void);\n'), 1)
  assert.equal(silent('/* Says it\n * at length. */\nint a(void);\n'), 0)
  assert.equal(silent('int a(void); /* says it */\n'), 0)
  assert.equal(silent('int a(void); /* says it */\nint b(void);\n'), 1)
  assert.equal(silent('static inline int a(void)\n{\n    return b();\n}\n'), 0)
  assert.equal(silent('extern const struct x y;\n\n#define A(x) b(x)\n'), 0)
})

test('a query without heading, with two statements or not compiled in is found', () => {
  const lists = [file('sql/queries/a/CMakeLists.txt', 'dropship_embed(x y z\n  q.sql\n)')]
  const broken = (text, name = 'q') => rules.brokenQueries([file(`sql/queries/a/${name}.sql`, text)], lists).length
  assert.equal(broken("-- One row; really.\nselect ';', $$;$$ -- ;\n;\n"), 0)
  assert.equal(broken('select 1'), 1)
  assert.equal(broken('-- x\nselect 1; select 2'), 1)
  assert.equal(broken('-- only this'), 1)
  assert.equal(broken('-- x\nselect 1', 'other'), 1)
  const part = file('sql/queries/a/common/rows.sql', '-- x\nrows as (select 1)')
  const user = file('sql/queries/a/q.sql', '-- x\nwith\n-- include: common/rows.sql\nselect 1')
  assert.equal(rules.brokenQueries([part, user], lists).length, 0)
  assert.equal(rules.brokenQueries([part], lists).length, 1)
  assert.equal(rules.brokenQueries([{ ...part, text: 'rows as (select 1)' }, user], lists).length, 1)
})

test('the settings table is what stands between its markers', () => {
  assert.equal(rules.settingsTable('a <!-- settings -->\n| x |\n<!-- /settings --> b'), '| x |')
  assert.equal(rules.settingsTable('nothing'), null)
})
