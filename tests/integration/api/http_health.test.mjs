// How each outside service stands, by what the workers' limiter and the tables of calls say.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('health', 11, { SHOPIFY_ACCESS_TOKEN: 'shpat_example', CJ_API_KEY: 'CJ0@api@example', OPENAI_API_KEY: 'sk-example-key', CJ_POINTS_PER_DAY: '50000', ANTHROPIC_API_KEY: undefined }); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate ai_call, setup_finding, setting');
});

const services = async () => Object.fromEntries((await api.ok('GET', '/api/v1/health', { scope: 'read' })).services.map((s) => [s.name, s]));
const limit = (service, name) => service.limits.find((l) => l.name === name);
const day = () => Math.floor(Date.now() / 86400000);

test('every service is there; those without a key are off', async () => {
  const all = await services();
  assert.deepEqual(Object.keys(all), ['shopify', 'cj', 'openai', 'anthropic', 'mail', 'tiktok', 'facebook', 'redis', 'postgres']);
  assert.deepEqual(Object.values(all).map((s) => s.state), ['ok', 'ok', 'ok', 'off', 'off', 'off', 'off', 'ok', 'ok']);
  assert.deepEqual(Object.values(all).map((s) => s.simulated), [true, true, false, false, false, false, false, false, false]);
  assert.match(all.cj.text, /not asked yet/);
  assert.equal(all.cj.last_ok_at, null);
  assert.ok(limit(all.redis, 'memory').used > 100000);
  assert.ok(limit(all.postgres, 'connections').used >= 1 && limit(all.postgres, 'connections').of >= 10);
  assert.ok(!JSON.stringify(all).includes('example'), 'no key and no part of one is told');
});

test('points, bucket, rate and wallet are told with their limits', async () => {
  const now = Date.now() * 1000;
  api.redis('HSET', 'dropship:limit:cj:points', 'day', String(day()), 'used', '1234');
  api.redis('HSET', 'dropship:limit:cj:wallet', 'minor', '4120', 'currency', 'USD', 'at_us', String(now));
  api.redis('HSET', 'dropship:limit:cj:health', 'ok_us', String(now));
  api.redis('HSET', 'dropship:limit:shopify:bucket', 'available', '500', 'maximum', '2000', 'rate', '100', 'at', String(now));
  api.sql("insert into provider_token (provider, access_token, expires_at, qps_limit) values ('cj', 'x', now(), 4) on conflict (provider) do update set qps_limit = 4");
  const { cj, shopify } = await services();
  assert.equal(cj.text, 'It answers.');
  assert.ok(Math.abs(Date.parse(cj.last_ok_at) - Date.now()) < 60000);
  assert.deepEqual([limit(cj, 'points').used, limit(cj, 'points').of], [1234, 50000]);
  assert.equal(Date.parse(limit(cj, 'points').resets_at), (day() + 1) * 86400000);
  assert.equal(limit(cj, 'calls').of, 4);
  const wallet = limit(cj, 'wallet');
  assert.deepEqual([wallet.used, wallet.of, wallet.left, wallet.unit, wallet.decimals], [null, null, 4120, 'USD', 2]);
  const cost = limit(shopify, 'query cost');
  assert.ok(cost.used > 1000 && cost.used <= 1500 && cost.of === 2000, JSON.stringify(cost));
  api.redis('HSET', 'dropship:limit:cj:points', 'day', String(day() - 1), 'used', '50000');
  assert.equal(limit((await services()).cj, 'points').used, 0, 'yesterday is over');
});

test('a breaker, failures and pauses show', async () => {
  const now = Date.now() * 1000;
  api.redis('HSET', 'dropship:limit:cj:breaker', 'failures', '2');
  api.redis('HSET', 'dropship:limit:cj:health', 'ok_us', String(now - 9e6), 'bad_us', String(now), 'bad_since_us', String(now - 5e6));
  api.redis('HSET', 'dropship:limit:shopify:breaker', 'failures', '5', 'opened', '2', 'until', String(Date.now() + 30000));
  const { cj, shopify } = await services();
  assert.deepEqual([cj.state, cj.text], ['degraded', '2 calls in a row failed.']);
  assert.match(cj.last_error, /time-out or 5xx/);
  assert.ok(Math.abs(Date.parse(cj.since) * 1000 - (now - 5e6)) < 1000);
  assert.deepEqual([shopify.state, shopify.text], ['down', 'It failed again and again: calls are paused.']);
  api.redis('DEL', 'dropship:limit:cj:breaker', 'dropship:limit:cj:health');
  api.redis('SET', 'dropship:limit:cj:pause', String((Date.now() + 60000) * 1000));
  assert.equal((await services()).cj.text, 'It asked for fewer calls.');
});

test('what the shop lacks, a closed text model and a used-up day show', async () => {
  api.sql("insert into setup_finding (name, level, text) values ('scope', 'fail', 'The app lacks the scope write_products.')");
  api.sql(`insert into ai_call (task, provider, model, status, tokens_in, tokens_out, cost_micro, error, at) values
    ('listing', 'openai', 'm', 'OK', 100, 50, 700, null, now()), ('listing', 'openai', 'm', 'TIMEOUT', null, null, null, 'too slow', now() + interval '1 second'),
    ('listing', 'openai', 'm', 'OK', 100000, 50, 700, null, now() - interval '3 days')`);
  let { shopify, openai } = await services();
  assert.deepEqual([shopify.state, shopify.text], ['degraded', 'The app lacks the scope write_products.']);
  assert.equal(limit(openai, 'tokens of all text models').used, 4150);
  const cost = limit(openai, 'cost of all text models');
  assert.deepEqual([cost.used, cost.of, cost.unit, cost.decimals], [700, 2000000, 'USD a day', 6]);
  assert.match(openai.last_error, /TIMEOUT: too slow/);
  api.sql("insert into setting (name, value, updated_by) values ('ai.tokens_per_day', '1000', 'test')");
  ({ openai } = await services());
  assert.deepEqual([openai.state, openai.text], ['degraded', "Today's limit of all text models is used up."]);
  api.redis('HSET', 'dropship:limit:ai_openai:closed', 'status', 'QUOTA', 'since', '2026-11-21T10:00:00Z', 'error', 'no money');
  ({ openai } = await services());
  assert.deepEqual([openai.state, openai.text], ['down', 'QUOTA: no money']);
});

test('odd values in Redis are nobody\'s fault', async () => {
  api.redis('SET', 'dropship:limit:cj:points', 'a string');
  api.redis('HSET', 'dropship:limit:cj:breaker', 'failures', 'many', 'opened', '', 'until', '-');
  api.redis('LPUSH', 'dropship:limit:shopify:pause', 'x');
  const { cj, shopify } = await services();
  assert.deepEqual([cj.state, shopify.state], ['ok', 'ok']);
});
