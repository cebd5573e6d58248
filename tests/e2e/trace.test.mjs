// One trace id from the request to the last log line: api -> outbox -> scheduler -> queue -> worker -> history.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { untilState } from './support.mjs';

let system;
before(async () => {
  system = await System.start('trace', { workers: 1, webhooks: true, sandboxArgs: ['--oddity', '0'] });
}, { timeout: 120000 });
after(() => system?.stop());

const parent = '00f067aa0ba902b7';

// Log lines of a program that carry this trace.
function traced(program, trace) {
  return system.log(program).split('\n').filter((line) => line.includes(trace)).map((line) => JSON.parse(line));
}

async function release(order, traceparent) {
  const answer = await fetch(`${system.apiUrl}/api/v1/orders/${order}/release`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.key}`, 'content-type': 'application/json', ...(traceparent && { traceparent }) },
    body: '{}',
  });
  assert.equal(answer.status, 200, await answer.text());
}

const heldOrder = async () => {
  const { name } = await system.control('POST', '/control/orders', { address: { address1: 'Main Street', city: '', zip: '' } });
  return untilState(system, name, ['held']);
};

test('a release can be followed by its trace through all programs', { timeout: 90000 }, async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const row = await heldOrder();
  await release(row.id, `00-${trace}-${parent}-01`);
  await until('the worker is done with it', () => traced('worker0', trace).some((l) => l.event === 'job.done'), 30000, 100);
  assert.ok(traced('api', trace).some((l) => l.event === 'http.request'), 'api');
  const [relayed, ...more] = traced('scheduler0', trace).filter((l) => l.event === 'event.relayed');
  assert.deepEqual(more, [], 'one event');
  assert.equal(relayed.type, 'order.release');
  assert.ok(relayed.waited_ms >= 0);
  const done = traced('worker0', trace).find((l) => l.event === 'job.done');
  assert.equal(done.jid, relayed.jid, 'the job of the event');
  assert.equal(done.trace_id, trace);
  const runs = await until('history is written', () => {
    const found = system.rows(`select type, jid from job_run where trace_id = '${trace}'`);
    return found.length > 0 && found;
  }, 20000, 200);
  assert.ok(runs.some((r) => r.jid === relayed.jid && r.type === 'order.release'), JSON.stringify(runs));
});

test('an invalid traceparent begins a new trace', { timeout: 60000 }, async () => {
  const bad = 'ff00000000000000000000000000000f';
  const row = await heldOrder();
  await release(row.id, `ff-${bad}-${parent}-01`);
  const line = await until('api has logged it', () => system.log('api').split('\n').find((l) => l.includes(`/orders/${row.id}/release`)), 10000, 100);
  const trace = JSON.parse(line).trace_id;
  assert.match(trace, /^[0-9a-f]{32}$/);
  assert.notEqual(trace, bad);
  await until('the worker is done with it', () => traced('worker0', trace).some((l) => l.event === 'job.done'), 30000, 100);
  for (const program of ['api', 'scheduler0', 'worker0']) assert.deepEqual(traced(program, bad), [], program);
});

test('a job enqueued by hand takes its trace along', { timeout: 60000 }, async () => {
  const trace = 'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb';
  const made = JSON.parse(await system.cli('enqueue', 'orders.sweep', '--traceparent', `00-${trace}-${parent}-00`, '--json'));
  assert.equal(made.trace_id, trace);
  await until('the worker is done with it', () => traced('worker0', trace).some((l) => l.event === 'job.done' && l.jid === made.jid), 30000, 100);
  const fresh = JSON.parse(await system.cli('enqueue', 'orders.sweep', '--traceparent', 'nonsense', '--json'));
  assert.match(fresh.trace_id, /^[0-9a-f]{32}$/);
  assert.notEqual(fresh.trace_id, trace);
});
