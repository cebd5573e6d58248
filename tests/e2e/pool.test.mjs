import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faultsIn } from '../chaos/chaos.mjs';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';

let system;
before(async () => {
  system = await System.start('pool', { workers: 4, schedulers: 2, webhooks: true, sandboxArgs: ['--oddity', '0', '--bucket-size', '20000', '--bucket-restore', '1000', '--cj-points', '0'] });
}, { timeout: 120000 });
after(() => system?.stop());

test('two schedulers and four workers: each slot fires once and no order is in two hands at a time', { timeout: 180000 }, async () => {
  await system.control('POST', '/control/burst', { count: 40 });
  let judge;
  await until('all orders are fulfilled', async () => {
    judge = await system.control('GET', '/control/judge');
    if (judge.orders === 40 && judge.missing.length === 0 && judge.pending.length === 0) return true;
    throw new Error(JSON.stringify({ fulfilled: judge.fulfilled, missing: judge.missing.length, pending: judge.pending.length }));
  }, 120000, 500);
  assert.deepEqual(faultsIn(judge), []);

  const slots = system.rows(`select type, jid, count(*) filter (where outcome = 'done') as done from job_run
                             where type in ('orders.check', 'orders.sweep', 'orders.reconcile') and args = '[]' group by type, jid`);
  assert.ok(slots.filter((s) => s.type === 'orders.check').length >= 2, 'the timetable fired');
  assert.deepEqual(slots.filter((s) => Number(s.done) > 1), [], 'a slot ran to its end twice');
  const perSlot = system.rows(`select type, count(distinct jid) as jids, min(enqueued_at) as first, max(enqueued_at) as last
                               from job_run where type = 'orders.check' and args = '[]' group by type`)[0];
  const span = (Date.parse(perSlot.last) - Date.parse(perSlot.first)) / 1000;
  assert.ok(Number(perSlot.jids) <= span / 5 + 2, `more slots than intervals: ${JSON.stringify(perSlot)}`);

  const workers = system.rows('select count(distinct worker) as n from job_run')[0];
  assert.equal(Number(workers.n), 4, 'all four workers took part');
  const received = system.rows("select order_id, count(*) as n from order_event where step = 'received' group by order_id having count(*) > 1");
  assert.deepEqual(received, [], 'webhook and poll made the event twice');
  // A run that found the order locked comes back after 3 s and did nothing; all others must not overlap.
  const overlaps = system.rows(`select a.jid, a.type, b.type as other from job_run a join job_run b
      on a.args = b.args and a.ctid <> b.ctid and a.type like 'order.%' and b.type like 'order.%'
     and tstzrange(a.started_at, a.finished_at) && tstzrange(b.started_at, b.finished_at)
   where a.outcome = 'done' and b.outcome = 'done' and a.run_ms > 50 and b.run_ms > 50`);
  assert.deepEqual(overlaps, []);
});
