// The history of jobs through the API: pages of runs, sums of lately, failures that are alike.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('job_runs', 13); });
after(async () => { await api?.stop(); });
beforeEach(() => api.sql('truncate job_run'));

const get = async (path, wanted = 200) => {
  const answer = await api.call('GET', path, { scope: 'read' });
  assert.equal(answer.status, wanted, answer.text);
  return answer.body;
};
// n runs, one each second back from now; every tenth failed, every fortieth for good.
const fill = (n, type = 'order.track') => api.sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at,
    run_ms, error_class, error, worker)
  select 'job-' || i, '${type}', 'fulfillment', 1, case when i % 40 = 0 then 'dead' when i % 10 = 0 then 'retry' else 'done' end,
    now() - i * interval '1 second' - i * interval '1 millisecond', now() - i * interval '1 second', i,
    case when i % 10 = 0 then 'Timeout' end, case when i % 10 = 0 then 'no answer of order ' || i || ' within 3000 ms' end, 'w'
  from generate_series(1, ${n}) i`);

test('pages of runs follow each other without gap or repetition', async () => {
  fill(230);
  api.sql("update job_run set started_at = '2026-01-01T00:00:00Z' where jid in ('job-201', 'job-202', 'job-203')");
  const seen = [];
  let cursor = null;
  do {
    const page = await get(`/api/v1/job-runs?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    assert.ok(page.runs.length <= 50);
    seen.push(...page.runs.map((r) => r.jid));
    cursor = page.next;
  } while (cursor);
  assert.equal(seen.length, 230);
  assert.equal(new Set(seen).size, 230);
  assert.equal(seen[0], 'job-1');
  assert.deepEqual(seen.slice(-3), ['job-203', 'job-202', 'job-201']);
});

test('runs are filtered by type, queue, outcome, error and time', async () => {
  fill(100);
  fill(20, 'order.fulfill');
  assert.equal((await get('/api/v1/job-runs?type=order.fulfill&limit=200')).runs.length, 20);
  assert.equal((await get('/api/v1/job-runs?queue=none')).runs.length, 0);
  const failed = (await get('/api/v1/job-runs?outcome=failed&type=order.track&limit=200')).runs;
  assert.deepEqual([failed.length, failed[0].error_class, failed[0].outcome], [10, 'Timeout', 'retry']);
  assert.equal((await get('/api/v1/job-runs?outcome=dead&limit=200')).runs.length, 2);
  assert.equal((await get('/api/v1/job-runs?error=Timeout&limit=200')).runs.length, 12);
  const from = new Date(Date.now() - 10500).toISOString();
  assert.ok((await get(`/api/v1/job-runs?type=order.track&from=${from}`)).runs.length <= 11);
});

test('sums say what was done, what failed and how long it took', async () => {
  fill(100);
  const stats = await get('/api/v1/job-stats?window_s=600');
  assert.equal(stats.complete, true);
  assert.equal(stats.series.length, 60);
  const [queue] = stats.queues;
  assert.deepEqual(queue, { name: 'fulfillment', done: 90, failed: 10, fail_ppm: 100000, p50_ms: 50, p95_ms: 95 });
  assert.equal(stats.types[0].name, 'order.track');
  assert.equal(stats.series.reduce((sum, s) => sum + s.done + s.failed, 0), 100);
  assert.equal((await get('/api/v1/job-stats?window_s=60')).types[0].done < 60, true);
});

test('no runs are no sums, and nothing is made up', async () => {
  const stats = await get('/api/v1/job-stats');
  assert.deepEqual([stats.queues, stats.types, stats.complete], [[], [], true]);
  assert.ok(stats.series.every((s) => s.done === 0 && s.p50_ms === null));
  assert.deepEqual((await get('/api/v1/job-errors')).errors, []);
});

test('failures that differ in numbers only are one', async () => {
  fill(100);
  api.sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, error_class, error, worker)
    values ('other', 'order.track', 'fulfillment', 1, 'dead', now(), now(), 5, 'Refused', '<script>alert(1)</script>', 'w')`);
  const { errors, complete } = await get('/api/v1/job-errors');
  assert.equal(complete, true);
  assert.deepEqual(errors.map((e) => [e.error_class, e.runs, e.jobs]), [['Timeout', 10, 10], ['Refused', 1, 1]]);
  assert.equal(errors[0].jid, 'job-10');
  assert.equal(errors[1].text, '<script>alert(1)</script>');
});

test('what cannot be asked is refused with a sentence', async () => {
  for (const path of ['job-runs?cursor=x', 'job-runs?cursor=1-2', 'job-runs?cursor=1--x', 'job-runs?outcome=good', 'job-runs?limit=0', 'job-runs?limit=201',
    'job-stats?window_s=59', 'job-stats?window_s=2592001', 'job-errors?window_s=ten', 'job-errors?more=1', 'job-runs?from=yesterday']) {
    const answer = await api.call('GET', `/api/v1/${path}`, { scope: 'read' });
    assert.equal(answer.status, 400, `${path}: ${answer.text}`);
  }
});
