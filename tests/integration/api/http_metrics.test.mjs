// /metrics: text that Prometheus takes, totals that outlive processes, values that the keys in Redis say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readPrometheus, sample } from '../../support/prometheus.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('metrics', 13); });
after(async () => { await api.stop(); });

async function metrics() {
  const answer = await api.call('GET', '/metrics', { scope: 'read' });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  return readPrometheus(answer.text);
}

test('an empty pool gives every family, with its help', async () => {
  api.redis('FLUSHDB');
  const families = await metrics();
  assert.ok(families.size > 40);
  for (const part of ['stats', 'queues', 'processes', 'jobs', 'limits', 'orders', 'backlog', 'products', 'discovery', 'api']) {
    assert.equal(sample(families, 'dropship_up', { part }), 1, part);
  }
  assert.equal(families.get('dropship_jobs_total').samples.length, 0);
  assert.equal(families.get('dropship_recovery_canary_age_seconds').samples.length, 0);
});

test('products, the last scan and what text models cost are shown, unknown is absent', async () => {
  assert.equal((await metrics()).get('dropship_discovery_scan_age_seconds').samples.length, 0);
  api.sql(`insert into product (pid, name, state, problem, check_due_at) values ('1', 'a', 'listed', 'x', now() - interval '90 seconds'), ('2', 'b', 'rejected', null, null);
    insert into discovery_run (started_at) values (now() - interval '50 seconds');
    insert into proposal (kind, subject, text) values ('product.price', 'product:1', 't');
    insert into ai_call (task, provider, model, status, cost_micro) values ('listing', 'openai', 'm', 'OK', 250), ('listing', 'openai', 'm', 'QUOTA', null)`);
  const families = await metrics();
  assert.deepEqual(['listed', 'rejected', 'found'].map((state) => sample(families, 'dropship_products', { state })), [1, 1, undefined]);
  const shown = (name) => sample(families, `dropship_${name}`);
  assert.ok(Math.abs(shown('discovery_scan_age_seconds') - 50) < 10);
  assert.ok(Math.abs(shown('stock_check_late_seconds') - 90) < 10);
  assert.deepEqual(['proposals_open', 'product_problems', 'ai_calls_failed_today', 'ai_cost_micro_today'].map(shown), [1, 1, 1, 250]);
});

test('what workers counted is shown per queue, type and outcome', async () => {
  api.redis('HSET', 'dropship:metrics:jobs', 'default|noop|done', '7', 'default|noop|failed', '2', 'default|noop|retry', '2', 'other|unknown|dead', '1');
  api.redis('HSET', 'dropship:metrics:wait', 'default|noop|0', '3', 'default|noop|7', '4', 'default|noop|32', '1', 'default|noop|sum', '400000123');
  api.redis('HSET', 'dropship:metrics:enqueued', 'default', '12');
  const families = await metrics();
  assert.equal(sample(families, 'dropship_jobs_total', { queue: 'default', type: 'noop', outcome: 'done' }), 7);
  assert.equal(sample(families, 'dropship_jobs_total', { queue: 'other', type: 'unknown', outcome: 'dead' }), 1);
  assert.equal(sample(families, 'dropship_jobs_total', { queue: 'default', type: 'noop', outcome: 'failed' }), undefined);
  assert.equal(sample(families, 'dropship_job_failures_total', { queue: 'default', type: 'noop' }), 2);
  assert.equal(sample(families, 'dropship_jobs_enqueued_total', { queue: 'default' }), 12);
  const bucket = (le) => sample(families, 'dropship_job_wait_seconds_bucket', { queue: 'default', type: 'noop', le });
  assert.deepEqual(['0.0001', '0.01', '0.02', '335', '+Inf'].map(bucket), [3, 3, 7, 7, 8]);
  assert.equal(sample(families, 'dropship_job_wait_seconds_sum', { queue: 'default', type: 'noop' }), 400.000123);
});

test('the archive of the dead and the index of claim lists are counted', async () => {
  api.redis('MSET', 'dropship:stat:archived', '21', 'dropship:stat:trimmed', '4');
  api.redis('SADD', 'dropship:lists', 'dropship:claimed:h:1:a:q#1', 'dropship:claimed:h:1:a:q#2');
  api.redis('HSET', 'dropship:lists_search', 'found', '3');
  const families = await metrics();
  const shown = ['jobs_archived_total', 'jobs_trimmed_total', 'claim_lists', 'claim_lists_found_total'];
  assert.deepEqual(shown.map((name) => sample(families, `dropship_${name}`)), [21, 4, 2, 3]);
});

test('limits and breakers are shown per provider', async () => {
  const soon = String(Date.now() + 60000);
  api.redis('HSET', 'dropship:metrics:pool', 'claimed|', '9', 'limit_waits|cj', '4', 'limit_wait_us|cj', '2500000', 'limit_refused|shopify', '1', 'breaker_opened|tiktok', '2', 'recovered|default', '6');
  api.redis('HSET', 'dropship:limit:cj:breaker', 'failures', '3');
  api.redis('HSET', 'dropship:limit:shopify:breaker', 'failures', '5', 'opened', '1', 'until', soon);
  api.redis('HSET', 'dropship:limit:tiktok:breaker', 'failures', '5', 'opened', '1', 'until', '1');
  const families = await metrics();
  assert.equal(sample(families, 'dropship_jobs_claimed_total'), 9);
  assert.equal(sample(families, 'dropship_limit_waits_total', { provider: 'cj' }), 4);
  assert.equal(sample(families, 'dropship_limit_wait_seconds_total', { provider: 'cj' }), 2.5);
  assert.equal(sample(families, 'dropship_limit_refused_total', { provider: 'shopify' }), 1);
  assert.equal(sample(families, 'dropship_breaker_opened_total', { provider: 'tiktok' }), 2);
  assert.equal(sample(families, 'dropship_queue_recovered_total', { queue: 'default' }), 6);
  const state = (provider) => sample(families, 'dropship_breaker_state', { provider });
  assert.deepEqual(['cj', 'shopify', 'tiktok'].map(state), [0, 2, 1]);
  assert.equal(state('default'), undefined, 'a queue has no breaker');
});

test('units are seconds and bytes', async () => {
  const now = Date.now();
  api.redis('SADD', 'queues', 'default');
  api.redis('LPUSH', 'queue:default', JSON.stringify({ class: 'noop', jid: 'a'.repeat(24), queue: 'default', args: [], enqueued_at: now / 1000 - 90 }));
  api.redis('ZADD', 'schedule', String(now / 1000 - 30), JSON.stringify({ class: 'noop', jid: 'b'.repeat(24), queue: 'default', args: [] }));
  api.redis('SADD', 'processes', 'host:1:abc');
  api.redis('HSET', 'host:1:abc', 'info', '{"labels":["dropship"]}', 'busy', '2', 'concurrency', '5', 'rss', '3', 'quiet', 'true', 'beat', String(now / 1000));
  api.redis('HSET', 'dropship:canary', 'planted', String(now - 20000), 'back', '11500');
  const families = await metrics();
  const near = (value, want) => assert.ok(value >= want && value < want + 10, `${value} is not near ${want}`);
  near(sample(families, 'dropship_queue_oldest_seconds', { queue: 'default' }), 90);
  near(sample(families, 'dropship_jobs_overdue_seconds'), 30);
  near(sample(families, 'dropship_recovery_canary_age_seconds'), 20);
  assert.equal(sample(families, 'dropship_recovery_canary_away_seconds'), 11.5);
  assert.equal(sample(families, 'dropship_process_resident_bytes', { process: 'host:1:abc' }), 3072);
  assert.equal(sample(families, 'dropship_process_quiet', { process: 'host:1:abc' }), 1);
  assert.equal(sample(families, 'dropship_process_alive', { process: 'host:1:abc' }), 0);
});

test('what strangers write into names cannot break the text', async () => {
  api.redis('SADD', 'processes', 'evil"\\\n{}:1:x');
  api.redis('HSET', 'evil"\\\n{}:1:x', 'info', '{}', 'busy', '1');
  api.redis('HSET', 'dropship:metrics:jobs', 'a"b\\|c\nd|done', '1', 'nonsense', '5', 'x|y|done', 'many');
  const families = await metrics();
  assert.equal(sample(families, 'dropship_process_busy', { process: 'evil"\\\n{}:1:x' }), 1);
  assert.equal(sample(families, 'dropship_jobs_total', { queue: 'a"b\\', type: 'c\nd', outcome: 'done' }), 1);
  assert.equal(sample(families, 'dropship_jobs_total', { queue: 'x', type: 'y', outcome: 'done' }), 0);
});

test('a key of the wrong type takes its part along and no other', async () => {
  api.redis('DEL', 'dropship:metrics:jobs');
  api.redis('SET', 'dropship:metrics:jobs', 'x');
  const families = await metrics();
  assert.equal(sample(families, 'dropship_up', { part: 'jobs' }), 0);
  assert.equal(sample(families, 'dropship_up', { part: 'limits' }), 1);
  assert.equal(families.has('dropship_jobs_total'), false);
});
