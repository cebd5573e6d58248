// Requests a minute of a key and of an address, over all processes.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { freePort, until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('limits', 0); });
after(async () => { await api?.stop(); });

const get = (scope = 'read', target = '/api/v1/settings', from = api) => from.call('GET', target, { scope });
const policy = (answer) => Number(answer.headers.get('ratelimit-policy').match(/;q=(\d+);w=60$/)[1]);
const left = (answer) => Number(answer.headers.get('ratelimit').match(/;r=(\d+);t=\d+$/)[1]);

// Until every program of this test has read it.
async function set(name, value, programs = [api]) {
  await api.ok('PUT', '/api/v1/settings', { body: { name, value } });
  for (const program of programs) {
    const scope = name.endsWith('address') ? null : 'operate';
    await until(`${name} is ${value}`, async () => policy(await get(scope, '/api/v1/settings', program)) === value, 6000);
  }
}
afterEach(async () => {
  api.sql("delete from setting where name like 'api.%'");
  await until('the default holds', async () => policy(await get('operate')) === 12000, 6000);
});

test('every answer tells the limit and what is left', async () => {
  const first = await get();
  assert.match(first.headers.get('ratelimit-policy'), /^"key";q=12000;w=60$/);
  assert.match(first.headers.get('ratelimit'), /^"key";r=\d+;t=\d+$/);
  const second = await get();
  assert.equal(left(second), left(first) - 1);
  const stranger = await get(null);
  assert.match(stranger.headers.get('ratelimit-policy'), /^"address";q=1200;w=60$/);
  for (const target of ['/healthz', '/readyz', '/openapi.yaml']) assert.equal((await get(null, target)).headers.get('ratelimit'), null, target);
});

test('most requests ask Redis nothing', async () => {
  await get();
  const calls = () => Number(api.redis('INFO', 'commandstats').match(/cmdstat_evalsha:calls=(\d+)/)?.[1] ?? 0);
  const before = calls();
  await Promise.all(Array.from({ length: 200 }, () => get()));
  assert.ok(calls() - before <= 12, `${calls() - before} scripts for 200 requests`);
});

test('a key over its limit waits, others do not', async () => {
  await set('api.rate_per_minute', 60);
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: 150 }, () => get()));
  const refused = answers.filter((a) => a.status === 429);
  const most = 62 + Math.ceil((Date.now() - started) / 1000);
  assert.ok(150 - refused.length <= most, `${150 - refused.length} granted, at most ${most}`);
  assert.ok(refused.length > 0);
  for (const answer of refused) {
    assert.match(answer.headers.get('content-type'), /problem\+json/);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1 && Number(answer.headers.get('retry-after')) <= 2);
    assert.equal(left(answer), 0);
  }
  assert.equal((await get('admin')).status, 200);
  await until('a token comes back', async () => (await get()).status === 200, 5000);
});

test('two programs share one limit', async () => {
  const other = Object.assign(new Api(), api, { port: await freePort() });
  other.env = { ...api.env, DROPSHIP_LISTEN: `127.0.0.1:${other.port}` };
  await other.run();
  try {
    await set('api.rate_per_minute', 120, [api, other]);
    api.redis('DEL', `dropship:rate:key:${api.sql("select id from api_key where name = 'read'")}`);
    const started = Date.now();
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => get('read', '/api/v1/settings', i % 2 ? other : api)));
    const granted = answers.filter((a) => a.status === 200).length;
    const most = 120 + 2 * Math.ceil((Date.now() - started) / 1000) + 6;
    assert.ok(granted >= 100 && granted <= most, `${granted} granted, at most ${most}`);
  } finally {
    await other.end();
  }
});

test('an address without a key is limited, and a right key still works', async () => {
  await set('api.rate_per_minute_address', 10);
  const answers = await Promise.all(Array.from({ length: 30 }, () => get(null)));
  assert.ok(answers.some((a) => a.status === 429));
  assert.ok(answers.every((a) => a.status === 401 || a.status === 429));
  assert.match(answers.find((a) => a.status === 429).headers.get('ratelimit'), /^"address";r=0;/);
  assert.equal((await get()).status, 200);
  assert.equal((await api.call('GET', '/healthz', { scope: null })).status, 200);
});

test('without Redis each program counts by itself', async () => {
  await set('api.rate_per_minute', 60);
  api.redis('CONFIG', 'SET', 'maxmemory', '1');
  try {
    const started = Date.now();
    const answers = await Promise.all(Array.from({ length: 150 }, () => get()));
    const granted = answers.filter((a) => a.status === 200).length;
    const most = 62 + Math.ceil((Date.now() - started) / 1000);
    assert.ok(granted > 0 && granted <= most, `${granted} granted, at most ${most}`);
    assert.ok(answers.every((a) => a.status === 200 || a.status === 429));
    await api.logged(/http\.rate_alone/);
  } finally {
    api.redis('CONFIG', 'SET', 'maxmemory', '0');
  }
});
