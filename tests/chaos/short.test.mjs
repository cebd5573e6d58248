import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsIn, storm } from './chaos.mjs';
import { printReport } from './queue/print.mjs';
import { queueStorm } from './queue/storm.mjs';

test('one minute of kills, lost answers and a FLUSHALL: every order is placed, paid and fulfilled once', { timeout: 420000 }, async () => {
  const report = await storm({ seed: 7, seconds: 60, orders: 60, flush: true, settleS: 240 });
  console.log(JSON.stringify({ counts: report.counts, settledS: report.settledS, database: report.database }));
  assert.equal(report.judge.orders, 60);
  assert.ok(report.judge.expected >= 50, `only ${report.judge.expected} of 60 orders had to be fulfilled`);
  assert.deepEqual(faultsIn(report.judge), [], JSON.stringify(report.held));
  assert.deepEqual(report.books, [], 'wherever a worker was cut, the money of each order is booked once');
  assert.equal(report.counts.FLUSHALL, 1);
  for (const service of ['shopify', 'cj']) {
    assert.ok(report.faultsHit.some((f) => f.service === service && f.hits > 0), `no answer of ${service} was dropped`);
  }
  for (const name of ['worker0', 'worker1', 'scheduler0', 'api', 'redis', 'postgres']) {
    assert.ok(report.counts[`kill ${name}`] >= 1, `${name} was never killed`);
  }
});

test('one round of every quick fault against the queue: nothing lost, stuck, unexpected or run twice without a reason', { timeout: 600000 }, async () => {
  const report = await queueStorm({ seed: 11, minutes: 1, say: () => {} });
  printReport(report, (line) => console.log(line));
  assert.deepEqual(report.wrong, [], `logs and ledgers: ${report.folder}`);
  assert.ok(report.judged.finished > 1000, `only ${report.judged.finished} jobs finished`);
  assert.ok(report.samples.taken > 10, 'the books were hardly looked at');
});
