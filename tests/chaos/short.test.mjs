import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storm } from './chaos.mjs';

function check(report, orders) {
  const text = JSON.stringify({ ...report, judge: { ...report.judge, missing: report.judge.missing.slice(0, 5) } });
  assert.equal(report.judge.orders, orders, `orders at the shop: ${text}`);
  assert.deepEqual(report.judge.missing, [], `missing: ${text}`);
  assert.deepEqual(report.judge.double, [], `double: ${text}`);
  assert.equal(report.judge.fulfilled, orders, `fulfilled: ${text}`);
}

test('one minute of kills, lost answers and a FLUSHALL: every order is placed, paid and fulfilled once', { timeout: 420000 }, async () => {
  const report = await storm({ seed: 7, seconds: 60, orders: 60, flush: true, settleS: 240 });
  console.log(JSON.stringify({ counts: report.counts, settledS: report.settledS, database: report.database }));
  check(report, 60);
  for (const name of ['worker0', 'scheduler0', 'api', 'redis', 'postgres']) {
    assert.ok(report.counts[`kill ${name}`] >= 1, `${name} was never killed`);
  }
});
