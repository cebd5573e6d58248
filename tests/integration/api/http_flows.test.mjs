// Flows with their states, STOP read back from real workers, intervals and looks ahead.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';
import { until } from '../../support/servers.mjs';

let api, shop, held;
before(async () => {
  // A shop that keeps every caller waiting until it is let go.
  held = [];
  shop = http.createServer((request, response) => held.push(response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => shop.once('listening', resolve));
  api = await Api.start('flows', 13, { SHOPIFY_ACCESS_TOKEN: 'shpat_example', SHOPIFY_BASE_URL: `http://127.0.0.1:${shop.address().port}`, CJ_API_KEY: 'CJ0@api@example' });
});
after(async () => {
  await api?.stop();
  shop?.closeAllConnections();
  shop?.close();
});
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate setting, audit, outbox, discovery_run, setup_finding, job_run; delete from order_line; delete from shop_order');
});

const flows = async () => (await api.ok('GET', '/api/v1/flows', { scope: 'read' }));
const flow = async (name) => (await flows()).flows.find((f) => f.name === name);
const worker = 'host:7:abcdefabcdef';
const secondsFromNow = (at) => (Date.parse(at) - Date.now()) / 1000;

// A worker as its heartbeat tells of it, running these jobs.
function beat(queues, jobs = [], { lease = true } = {}) {
  api.redis('SADD', 'processes', worker);
  api.redis('HSET', worker, 'info', JSON.stringify({ queues, labels: ['dropship'], concurrency: 4, threads: Object.fromEntries(queues.map((q) => [q, 2])) }), 'busy', String(jobs.length), 'concurrency', '4', 'quiet', 'false', 'beat', String(Date.now() / 1000));
  if (lease) api.redis('SET', `dropship:lease:${worker}`, '1', 'PX', '60000');
  for (const [thread, type, jid] of jobs) {
    api.redis('HSET', `${worker}:work`, thread, JSON.stringify({ queue: 'x', payload: JSON.stringify({ class: type, jid, args: [] }), run_at: Math.floor(Date.now() / 1000) - 30 }));
  }
}
// The slot that holds now is taken, as the scheduler does.
const claim = (type, intervalS) => api.redis('SET', `dropship:slot:${type}`, String(Math.floor(Date.now() / 1000 / intervalS)));
function allClaimed() {
  claim('discovery.scan', 3600);
  claim('orders.check', 300);
  claim('stock.watch', 300);
}

test('all five flows are listed, those that are not built as such', async () => {
  const { flows: list, stop, overall } = await flows();
  assert.deepEqual(list.map((f) => f.name), ['discovery', 'fulfillment', 'stock', 'service', 'ads']);
  for (const name of ['service', 'ads']) {
    const f = list.find((x) => x.name === name);
    assert.deepEqual([f.mode, f.state.word, f.state.reason, f.next_run_at, f.interval], ['off', 'OFF', 'not built yet', null, null]);
  }
  assert.deepEqual([stop.on, stop.confirmed, stop.of, stop.parts], [false, 0, 0, []]);
  assert.equal(overall.word, 'IDLE');
});

test('a flow without a worker is blocked, with one it is idle and says when it runs next', async () => {
  allClaimed();
  assert.deepEqual((({ word, reason }) => [word, reason])((await flow('fulfillment')).state), ['BLOCKED', 'no worker takes jobs from the queue fulfillment']);
  beat(['fulfillment', 'discovery']);
  api.sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, worker)
    values ('a', 'orders.check', 'fulfillment', 1, 'done', now() - interval '2 minutes', now() - interval '1 minute', 42, 'w')`);
  const f = await flow('fulfillment');
  assert.equal(f.state.word, 'IDLE', JSON.stringify(f.state));
  assert.ok(secondsFromNow(f.next_run_at) > -1 && secondsFromNow(f.next_run_at) <= 300, f.next_run_at);
  assert.deepEqual([f.last_run.outcome, f.last_run.ms], ['done', 42]);
  assert.deepEqual(f.interval, { setting: 'orders.check_s', value_s: 300, min_s: 5, max_s: 86400 });
  assert.ok(f.limits.length > 0 && f.jobs.includes('order.release'));
});

test('running jobs make a flow active, jobs that wait for a thread do not', async () => {
  allClaimed();
  beat(['fulfillment', 'discovery'], [['fulfillment-0', 'order.release', 'jid-1'], ['fulfillment+0', 'order.release', 'jid-2'], ['discovery+0', 'product.assess', 'jid-3']]);
  const { flows: list, overall } = await flows();
  const [discovery, fulfillment] = list;
  assert.equal(fulfillment.state.word, 'ACTIVE', JSON.stringify(fulfillment.state));
  assert.deepEqual(fulfillment.running.map((j) => [j.jid, j.type]), [['jid-1', 'order.release']]);
  assert.ok(secondsFromNow(fulfillment.running[0].since) < -20);
  assert.deepEqual([discovery.state.word, discovery.running], ['IDLE', []]);
  assert.equal(overall.word, 'ACTIVE');
});

test('what keeps a flow from running is its state and reason', async () => {
  allClaimed();
  beat(['fulfillment', 'discovery']);
  const word = async (name) => { const { state } = await flow(name); return `${state.word} ${state.reason}`; };
  api.redis('SADD', 'paused', 'discovery');
  assert.match(await word('discovery'), /^PAUSED its queue discovery is paused/);
  api.redis('SREM', 'paused', 'discovery');
  api.redis('HSET', 'dropship:limit:cj:points', 'day', String(Math.floor(Date.now() / 86400000)), 'used', '40000');
  assert.match(await word('discovery'), /^BLOCKED .*points of today are used up \(40000 of 40000\)/);
  assert.match(await word('fulfillment'), /^IDLE/, 'paid orders cost no points');
  api.redis('DEL', 'dropship:limit:cj:points');
  api.redis('HSET', 'dropship:limit:shopify:breaker', 'failures', '5', 'opened', '1', 'until', String(Date.now() + 60000));
  assert.match(await word('fulfillment'), /^DEGRADED the shop fails/);
  api.redis('DEL', 'dropship:limit:shopify:breaker');
  api.sql("insert into setup_finding (name, level, text) values ('location', 'fail', 'No location.')");
  assert.match(await word('discovery'), /^DEGRADED .*No location\./);
  api.sql('truncate setup_finding');
  api.sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, worker)
    values ('d', 'order.track', 'fulfillment', 1, 'dead', now(), now(), 1, 'w')`);
  assert.match(await word('fulfillment'), /^DEGRADED 1 of its jobs died/);
  api.order(77, 'held', { hold_code: 'WALLET' });
  assert.match(await word('fulfillment'), /^BLOCKED .*wallet/);
  api.redis('SET', 'dropship:slot:stock.watch', String(Math.floor(Date.now() / 300000) - 5));
  assert.match(await word('stock'), /^(IDLE|DEGRADED its run is \d+ s late)/);
  await api.ok('PUT', '/api/v1/flows/discovery', { body: { mode: 'off' } });
  assert.match(await word('discovery'), /^OFF switched off/);
  assert.match(await word('stock'), /^OFF/, 'stock follows discovery');
  assert.equal((await flow('discovery')).next_run_at, null);
});

test('modes and intervals change within their ranges, everything else is refused', async () => {
  assert.equal((await api.ok('PUT', '/api/v1/flows/fulfillment', { body: { mode: 'auto' } })).mode, 'auto');
  const changed = await api.ok('PUT', '/api/v1/flows/stock/interval', { body: { seconds: 600 } });
  assert.deepEqual([changed.name, changed.interval.value_s], ['stock', 600]);
  assert.equal(api.sql("select value from setting where name = 'stock.watch_s'"), '600');
  const stored = () => api.sql('select (select string_agg(name || value, chr(10) order by name) from setting), (select count(*) from audit)');
  const then = stored();
  await api.refused(400, 'PUT', '/api/v1/flows/stock/interval', { body: { seconds: 1 } }, /stock.watch_s/);
  await api.refused(400, 'PUT', '/api/v1/flows/stock/interval', { body: { seconds: 0 } });
  await api.refused(400, 'PUT', '/api/v1/flows/stock/interval', { body: { seconds: '600' } });
  await api.refused(400, 'PUT', '/api/v1/flows/stock/interval', { body: {} });
  await api.refused(404, 'PUT', '/api/v1/flows/nothing/interval', { body: { seconds: 600 } });
  await api.refused(409, 'PUT', '/api/v1/flows/ads/interval', { body: { seconds: 600 } }, /not built/);
  await api.refused(409, 'PUT', '/api/v1/flows/stock', { body: { mode: 'auto' } }, /follows flow.discovery/);
  await api.refused(409, 'PUT', '/api/v1/flows/service', { body: { mode: 'auto' } }, /not built/);
  await api.refused(403, 'PUT', '/api/v1/flows/stock/interval', { scope: 'operate', body: { seconds: 600 } });
  assert.equal(stored(), then);
});

test('a look ahead names orders and money, per mode', async () => {
  const due = (number, more) => api.order(number, 'waiting', { next_job: 'order.release', ...more });
  const first = due(1500), second = due(2500);
  api.sql('update shop_order set next_run_at = now()');
  api.order(9000, 'approval', { next_job: null });
  api.order(400, 'placed', { next_job: 'order.track' });
  api.sql(`insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, confirmed_at) values ('S', 'v', 'CJS', 600, now()) on conflict do nothing;
    insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${first}, 'l1', 't', 'S', 2, 2), (${second}, 'l2', 't', 'unknown', 1, 1)`);
  const preview = (mode) => api.ok('GET', `/api/v1/flows/fulfillment/preview?mode=${mode}`, { scope: 'read' });
  const approve = await preview('approve');
  assert.deepEqual(approve.steps.map((s) => [s.what, s.count, s.charged, s.goods, s.goods_unknown]),
    [['ask', 2, [{ minor: 4000, currency: 'USD' }], [{ minor: 1200, currency: 'USD' }], 1]]);
  const auto = await preview('auto');
  assert.deepEqual(auto.steps.map((s) => [s.what, s.count, s.charged]), [['place', 3, [{ minor: 13000, currency: 'USD' }]]]);
  assert.match(auto.text, /3 orders are judged and, if nothing holds them, placed and paid/);
  assert.deepEqual((await preview('dry_run')).steps.map((s) => [s.what, s.count]), [['would', 2]]);
  assert.deepEqual((await preview('off')).steps, []);
  assert.equal((await api.ok('GET', '/api/v1/flows/fulfillment/preview')).mode, 'approve');
  for (const name of ['discovery', 'stock']) {
    const ahead = await api.ok('GET', `/api/v1/flows/${name}/preview?mode=auto`);
    assert.ok(ahead.steps.length >= 1 && ahead.text.length > 10, name);
  }
  await api.refused(409, 'GET', '/api/v1/flows/ads/preview', {}, /not built/);
  await api.refused(404, 'GET', '/api/v1/flows/nothing/preview');
  await api.refused(400, 'GET', '/api/v1/flows/stock/preview?mode=all');
});

test('STOP is not confirmed for a worker that does not tell, nor for one that has vanished', async () => {
  beat(['fulfillment']);
  const { stop } = await api.ok('POST', '/api/v1/stop', { scope: 'operate', body: { reason: 'a try' } });
  assert.deepEqual([stop.on, stop.reason, stop.by], [true, 'a try', 'key:operate']);
  const states = Object.fromEntries(stop.parts.map((p) => [p.name, p.state]));
  assert.deepEqual(states, { setting: 'off', 'flow discovery': 'ending', 'flow fulfillment': 'ending', 'flow stock': 'ending', [`worker ${worker}`]: 'ending' });
  assert.deepEqual([stop.confirmed, stop.of], [1, 5]);
  const since = api.sql("select (extract(epoch from updated_at) * 1000000)::bigint from setting where name = 'stop'");
  const tell = (running, at = since) => api.redis('SET', `dropship:stop_seen:${worker}`, JSON.stringify({ stop_us: Number(at), running }));
  tell([{ jid: 'j1', type: 'order.release' }]);
  const half = (await flows()).stop;
  assert.deepEqual(half.parts.filter((p) => p.state === 'ending').map((p) => p.name), ['flow fulfillment', `worker ${worker}`]);
  assert.match(half.parts.at(-1).text, /order\.release j1/);
  tell([], since - 1);
  assert.equal((await flows()).stop.confirmed, 1, 'it has seen an earlier STOP only');
  tell([]);
  assert.deepEqual((({ confirmed, of }) => [confirmed, of])((await flows()).stop), [5, 5]);
  api.redis('DEL', `dropship:lease:${worker}`);
  assert.deepEqual((({ confirmed, of }) => [confirmed, of])((await flows()).stop), [1, 5]);
  const over = (await api.ok('POST', '/api/v1/resume-all', { body: { reason: 'all well' } })).stop;
  assert.deepEqual([over.on, over.of, over.parts], [false, 0, []]);
});

test('STOP is confirmed by a real worker when the job that ran then has ended', async () => {
  const child = spawn(path.join(process.env.DROPSHIP_BIN, 'dropship-worker'), ['--queue', 'fulfillment=2'], { env: api.env, stdio: 'ignore' });
  try {
    const called = held.length;
    await api.ok('POST', '/api/v1/jobs', { scope: 'operate', body: { type: 'orders.check' } });
    await until('the job has called the shop', () => held.length > called, 20000);
    await api.ok('POST', '/api/v1/stop', { scope: 'operate' });
    await until('the worker has seen STOP', async () => (await flows()).stop.parts.some((p) => p.name.startsWith('worker') && /1 job that ran then go/.test(p.text)), 10000);
    const { stop } = await flows();
    assert.deepEqual(stop.parts.filter((p) => p.state === 'ending').map((p) => p.name.split(' ')[0]), ['flow', 'worker']);
    assert.equal((await flow('fulfillment')).state.word, 'PAUSED');
    for (const response of held.splice(0)) response.writeHead(404).end('{}');
    await until('STOP is confirmed', async () => { const s = (await flows()).stop; return s.of === 5 && s.confirmed === s.of; }, 20000);
    await api.ok('POST', '/api/v1/resume-all', { body: { reason: 'all well' } });
    await until('the worker takes its word back', () => api.redis('KEYS', 'dropship:stop_seen:*') === '', 10000);
  } finally {
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    shop.closeAllConnections();
    await gone;
  }
});

test('flows are shown while Redis is away, and say so', async () => {
  const away = await Api.start('flows_away', 13, {});
  try {
    await away.end();
    away.env.DROPSHIP_REDIS_URL = 'redis://127.0.0.1:1/0';
    await away.run();
    const { flows: list } = await away.ok('GET', '/api/v1/flows');
    assert.deepEqual(list.slice(0, 3).map((f) => `${f.state.word} ${f.state.reason}`), Array(3).fill('DEGRADED the queues cannot be asked just now'));
    const { stop } = await away.ok('POST', '/api/v1/stop');
    assert.equal(stop.on, true);
    assert.equal(stop.confirmed, 1);
  } finally {
    await away.stop();
  }
});
