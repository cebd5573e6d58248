// Every route does what it says, on real servers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, job } from './http_support.mjs';
import { readPrometheus } from '../../support/prometheus.mjs';

let api;
before(async () => { api = await Api.start('routes', 4); });
after(async () => { await api?.stop(); });

async function ok(method, target, options) {
  const answer = await api.call(method, target, options);
  assert.equal(answer.status, 200, `${method} ${target}: ${answer.text}`);
  assert.match(answer.headers.get('x-request-id'), /^[0-9a-f]{32}$/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.match(answer.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  return answer.body;
}

test('healthz and readyz answer without a key', async () => {
  assert.equal((await ok('GET', '/healthz', { scope: null })).status, 'ok');
  const ready = await ok('GET', '/readyz', { scope: null });
  assert.equal(ready.ready, true);
  assert.deepEqual(ready.checks.map((c) => c.name), ['redis', 'postgres', 'program']);
});

test('readyz says that migrations are missing', async () => {
  api.sql('alter table schema_migration rename to hidden');
  try {
    const answer = await api.call('GET', '/readyz', { scope: null });
    assert.equal(answer.status, 503);
    const postgres = answer.body.checks.find((c) => c.name === 'postgres');
    assert.equal(postgres.ok, false);
    assert.ok(postgres.reason);
  } finally {
    api.sql('alter table hidden rename to schema_migration');
  }
  await ok('GET', '/readyz', { scope: null });
});

test('HEAD is GET without a body', async () => {
  const head = await api.call('HEAD', '/healthz', { scope: null });
  assert.equal(head.status, 200);
  assert.equal(head.text, '');
  assert.ok(Number(head.headers.get('content-length')) > 0);
});

test('orders are paged newest first, each exactly once, and filtered', async () => {
  for (let n = 2001; n <= 2025; n += 1) api.order(n, n % 5 === 0 ? 'held' : 'placed');
  const seen = [];
  let cursor = '';
  for (let pages = 0; pages < 20; pages += 1) {
    const page = await ok('GET', `/api/v1/orders?limit=10${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.orders.map((o) => o.name));
    cursor = page.next;
    if (cursor === null) break;
  }
  assert.deepEqual(seen, Array.from({ length: 25 }, (_, i) => `#${2025 - i}`));
  assert.equal((await ok('GET', '/api/v1/orders?state=held')).orders.length, 5);
  const found = (await ok('GET', '/api/v1/orders?q=BUYER2013')).orders;
  assert.equal(found.length, 1);
  assert.deepEqual(found[0].total, { minor: 2013, currency: 'USD' });
  assert.equal((await ok('GET', '/api/v1/orders?q=%25')).orders.length, 0, 'a percent sign is a percent sign');
  const from = new Date(Date.parse('2026-11-20T10:00:00Z') + 2010 * 60000).toISOString();
  const to = new Date(Date.parse('2026-11-20T10:00:00Z') + 2012 * 60000).toISOString();
  const between = (await ok('GET', `/api/v1/orders?from=${from}&to=${to}`)).orders;
  assert.deepEqual(between.map((o) => o.name), ['#2011', '#2010']);
});

test('an order shows lines, supplier orders, parcels, effects, reasons and steps', async () => {
  const id = api.order(3001, 'shipped', { hold_reasons: '[{"code":"X","text":"because"}]' });
  api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, unit_price_minor, currency)
    values (${id}, 'l1', 'Lamp <script>', 'SKU-1', 2, 0, 1999, 'USD');
    insert into supplier_order (order_id, our_number, state, lines, cj_order_id) values (${id}, 'N-3001', 'shipped', '[]', '77');
    insert into parcel (supplier_order_id, cj_order_id, tracking_number, tracking_url, carrier)
    select id, '77', 'T1', 'https://t.example/T1', 'Post' from supplier_order where order_id = ${id};
    insert into effect (key, kind, subject, intent, state) values ('cj.pay:N-3001', 'cj.pay', 'order:${id}', '{}', 'done');
    insert into order_event (order_id, step, text) values (${id}, 'received', 'Seen.'), (${id}, 'placed', 'Placed.')`);
  for (const name of [id, '3001', '%233001', encodeURIComponent('gid://shopify/Order/3001')]) {
    const order = await ok('GET', `/api/v1/orders/${name}`, { scope: 'read' });
    assert.equal(order.lines[0].title, 'Lamp <script>');
    assert.equal(order.supplier_orders[0].parcels[0].tracking_number, 'T1');
    assert.equal(order.effects[0].key, 'cj.pay:N-3001');
    assert.equal(order.hold_reasons[0].text, 'because');
    assert.deepEqual(order.events.map((e) => e.step), ['received', 'placed']);
  }
  assert.equal((await api.call('GET', '/api/v1/orders/999999')).status, 404);
});

test('release and hold change the order once, with event, audit and job', async () => {
  const id = api.order(4001, 'approval');
  const counts = () => api.rows(`select (select count(*) from order_event where order_id = ${id}) as events,
    (select count(*) from audit where subject = 'order:${id}') as audit, (select count(*) from outbox where args = '[${id}]') as jobs`)[0];
  const held = await ok('POST', `/api/v1/orders/${id}/hold`, { scope: 'operate', body: { reason: 'Überprüfen "bitte"' } });
  assert.equal(held.state, 'held');
  assert.equal(held.hold_code, 'PERSON');
  await ok('POST', `/api/v1/orders/${id}/hold`, { scope: 'operate', body: { reason: 'Überprüfen "bitte"' } });
  assert.deepEqual(counts(), { events: 1, audit: 1, jobs: 0 });
  const released = await ok('POST', `/api/v1/orders/${id}/release`, { scope: 'operate', body: {} });
  assert.equal(released.state, 'waiting');
  assert.equal(released.released_by, 'key:operate');
  await ok('POST', `/api/v1/orders/${id}/release`, { scope: 'operate', headers: { 'idempotency-key': 'k1' } });
  assert.deepEqual(counts(), { events: 2, audit: 2, jobs: 1 });
  const late = api.order(4002, 'placed');
  const refused = await api.call('POST', `/api/v1/orders/${late}/release`);
  assert.equal(refused.status, 409);
  assert.match(refused.headers.get('content-type'), /problem\+json/);
});

test('queues are listed, paused and resumed', async () => {
  api.redis('SADD', 'queues', 'default');
  api.redis('LPUSH', 'queue:default', job('a'.repeat(24)));
  const listed = (await ok('GET', '/api/v1/queues')).queues.find((q) => q.name === 'default');
  assert.equal(listed.waiting, 1);
  assert.ok(listed.oldest_ms > 0);
  assert.equal((await ok('POST', '/api/v1/queues/default/pause', { scope: 'operate' })).paused, true);
  assert.equal((await ok('GET', '/api/v1/queues')).queues.find((q) => q.name === 'default').paused, true);
  assert.equal((await ok('POST', '/api/v1/queues/default/resume', { scope: 'operate' })).paused, false);
  for (const verb of ['pause', 'resume']) {
    const refused = await api.call('POST', `/api/v1/queues/nowhere/${verb}`);
    assert.equal(refused.status, 404);
    assert.match(refused.body.detail, /no queue 'nowhere'; there are: .*fulfillment/);
  }
  assert.equal(api.rows("select action from audit where subject = 'queue:default'").length, 2);
});

test('jobs are listed by state and page, also those that are none', async () => {
  const soon = Math.floor(Date.now() / 1000) + 3600;
  for (let i = 0; i < 5; i += 1) {
    api.redis('ZADD', 'dead', String(1700000000 + i), job(`dead${i}`, { error_class: 'InputError', error_message: 'no <b>such</b> thing', failed_at: 1700000000.1, retry_count: 2 }));
  }
  api.redis('ZADD', 'schedule', String(soon), job('later'));
  api.redis('LPUSH', 'queue:default', 'not a job \u0001');
  const page = await ok('GET', '/api/v1/jobs?state=dead&limit=2');
  assert.equal(page.total, 5);
  assert.equal(page.jobs.length, 2);
  assert.equal(page.next_offset, 2);
  assert.equal(page.next, '2');
  assert.deepEqual((await ok('GET', '/api/v1/jobs?state=dead&limit=2&cursor=2')).jobs, (await ok('GET', '/api/v1/jobs?state=dead&limit=2&offset=2')).jobs);
  assert.equal(page.jobs[0].jid, 'dead4', 'latest first');
  assert.equal(page.jobs[0].error, 'no <b>such</b> thing');
  assert.equal(page.jobs[0].error_class, 'InputError');
  assert.equal((await ok('GET', '/api/v1/jobs?state=dead&offset=4')).next_offset, null);
  assert.equal((await ok('GET', '/api/v1/jobs?state=scheduled')).jobs[0].jid, 'later');
  const waiting = (await ok('GET', '/api/v1/jobs?queue=default')).jobs;
  assert.ok(waiting.some((j) => j.payload === 'not a job ?'));
  assert.equal((await ok('GET', '/api/v1/jobs?queue=other')).jobs.length, 0);
});

test('jobs are found by type, error class and argument, also beyond what one request looks at', async () => {
  const fill = `for i = 1, 5200 do redis.call('ZADD', 'dead', 1600000000 + i, '{"class":"dull","args":[' .. i .. '],"jid":"dull' .. i .. '","queue":"default"}') end`;
  api.redis('EVAL', fill, '0');
  api.redis('ZADD', 'dead', '1500000000', job('deep1', { class: 'rare', error_class: 'Odd', args: [77, 'x"y'] }), '1500000001', job('deep2', { class: 'rare', error_class: 'Other', args: [770] }));
  const first = await ok('GET', '/api/v1/jobs?state=dead&type=rare&limit=2');
  assert.deepEqual(first.jobs, [], 'none of the newest five thousand');
  assert.equal(first.total, null);
  assert.ok(first.looked >= 5000 && first.looked < first.of, JSON.stringify(first));
  assert.equal(first.next, String(first.looked));
  const second = await ok('GET', `/api/v1/jobs?state=dead&type=rare&limit=2&cursor=${first.next}`);
  assert.deepEqual(second.jobs.map((j) => j.jid), ['deep2', 'deep1']);
  const behind = await ok('GET', `/api/v1/jobs?state=dead&type=rare&limit=1&cursor=${first.next}`);
  assert.deepEqual((await ok('GET', `/api/v1/jobs?state=dead&type=rare&limit=1&cursor=${behind.next}`)).jobs.map((j) => j.jid), ['deep1']);
  const found = async (query) => (await ok('GET', `/api/v1/jobs?state=dead&cursor=5200&${query}`)).jobs.map((j) => j.jid);
  assert.deepEqual(await found('error=Odd'), ['deep1']);
  assert.deepEqual(await found('type=rare&arg=77'), ['deep1'], 'a whole number, not a part of one');
  assert.deepEqual(await found('type=rare&queue=elsewhere'), []);
  assert.deepEqual((await ok('GET', '/api/v1/jobs?state=dead&arg=5199')).jobs.map((j) => j.jid), ['dull5199']);
  assert.equal((await api.call('GET', '/api/v1/jobs?state=archived&arg=1')).status, 400);
  assert.deepEqual((await ok('GET', '/api/v1/jobs?state=archived&type=rare&error=Odd')).jobs, []);
  api.redis('ZREMRANGEBYSCORE', 'dead', '1500000000', '1600009999');
});

test('a search goes on behind the million places that a list shows', async () => {
  const fill = "for i = 1, tonumber(ARGV[1]) do redis.call('LPUSH', KEYS[1], '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}') end";
  api.redis('EVAL', fill, '1', 'queue:deep', '100400');
  api.redis('LPUSH', 'queue:deep', job('far', { class: 'rare' }));
  const page = (query, status = 200) => api.call('GET', `/api/v1/jobs?queue=deep&${query}`).then((a) => { assert.equal(a.status, status, a.text); return a.body; });
  const last = await page('type=rare&cursor=998000');
  assert.deepEqual([last.jobs, last.looked, last.next, last.of], [[], 1003000, '1003000', 1004001], 'not the end: there is more to look at');
  const end = await page(`type=rare&cursor=${last.next}`);
  assert.deepEqual([end.jobs.map((j) => j.jid), end.next], [['far'], null]);
  await page('cursor=1003000', 400);
  api.redis('DEL', 'queue:deep');
});

test('a job is shown, retried, killed and deleted', async () => {
  api.redis('ZADD', 'dead', '1700000000', job('steered'));
  api.sql(`insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, worker)
    values ('steered', 'noop', 'default', 1, 'dead', now(), now(), 5, 'w'), ('finished', 'noop', 'default', 1, 'done', now(), now(), 7, 'w')`);
  const shown = await ok('GET', '/api/v1/jobs/steered');
  assert.equal(shown.now.state, 'dead');
  assert.equal(shown.runs[0].run_ms, 5);
  assert.equal((await ok('GET', '/api/v1/jobs/finished')).now, null);
  await ok('POST', '/api/v1/jobs/steered/retry', { scope: 'operate' });
  assert.equal((await ok('GET', '/api/v1/jobs/steered')).now.state, 'waiting');
  assert.equal((await api.call('POST', '/api/v1/jobs/steered/retry')).status, 409);
  await ok('POST', '/api/v1/jobs/steered/kill', { scope: 'operate' });
  assert.equal((await ok('GET', '/api/v1/jobs/steered')).now.state, 'dead');
  await ok('DELETE', '/api/v1/jobs/steered', { scope: 'operate' });
  assert.equal((await ok('GET', '/api/v1/jobs/steered')).now, null, 'its history stays');
  assert.equal((await api.call('GET', '/api/v1/jobs/unknown')).status, 404);
  assert.equal((await api.call('DELETE', '/api/v1/jobs/unknown')).status, 404);
  const acts = api.rows("select action, who from audit where subject = 'job:steered' order by id");
  assert.deepEqual(acts.map((a) => a.action), ['job.retry', 'job.kill', 'job.delete'], 'refused acts leave no trace');
  assert.equal(acts[0].who, 'key:operate');
});

test('a job is enqueued with the bytes of its arguments', async () => {
  const args = '[9007199254740993, 1e-7, "\u2028", {"args": []}]';
  const raw = `{"type":"noop", "args" : ${args}, "expires_in_s":60}`;
  const made = await ok('POST', '/api/v1/jobs', { scope: 'operate', body: raw, headers: { 'content-type': 'application/json' } });
  const payload = api.redis('LINDEX', 'queue:default', '0');
  assert.ok(payload.includes(`"args":${args},`), payload);
  assert.equal(JSON.parse(payload).jid, made.jid);
  assert.match(JSON.parse(payload).dropship_trace, /^[0-9a-f]{32}$/);
  assert.equal(made.queue, 'default');
  await ok('POST', '/api/v1/jobs', { scope: 'operate', body: { type: 'Foreign::Job', queue: 'ruby', in_s: 3600 } });
  assert.equal((await ok('GET', '/api/v1/jobs?state=scheduled&queue=ruby')).jobs[0].class, 'Foreign::Job');
  assert.equal(api.rows(`select who from audit where subject = 'job:${made.jid}' and action = 'job.enqueue'`)[0].who, 'key:operate');
  for (const body of [{ type: 'no.such' }, {}, { type: 'noop', args: {} }, { type: 'noop', args: 'x' }, { type: 'noop', in_s: 5, at: '2100-01-01T00:00:00Z' },
    { type: 'noop', unique_key: 'k' }, { type: 'two words', queue: 'q' }]) {
    assert.equal((await api.call('POST', '/api/v1/jobs', { scope: 'operate', body })).status, 400, JSON.stringify(body));
  }
  assert.equal((await api.call('POST', '/api/v1/jobs', { scope: 'read', body: { type: 'noop' } })).status, 403);
});

test('a duplicate is told with 409, a full queue with 503 and a time', async () => {
  const body = { type: 'noop', queue: 'narrow', args: [7], unique_for_s: 60 };
  const { jid } = await ok('POST', '/api/v1/jobs', { scope: 'operate', body });
  const again = await api.call('POST', '/api/v1/jobs', { scope: 'operate', body });
  assert.equal(again.status, 409);
  assert.equal(again.body.jid, jid);
  assert.equal(again.body.detail, `duplicate of ${jid}`);
  assert.match(again.headers.get('content-type'), /problem\+json/);
  api.redis('SET', 'dropship:queue_max', '1');
  try {
    const full = await api.call('POST', '/api/v1/jobs', { scope: 'operate', body: { ...body, args: [8] } });
    assert.equal(full.status, 503);
    assert.ok(Number(full.headers.get('retry-after')) >= 1);
    assert.match(full.body.detail, /queue narrow is full: 1 jobs wait/);
  } finally {
    api.redis('DEL', 'dropship:queue_max');
  }
  assert.equal(api.redis('LLEN', 'queue:narrow'), '1');
  assert.equal(api.rows("select count(*) as n from audit where action = 'job.enqueue' and detail->>'queue' = 'narrow'")[0].n, 1, 'what was refused leaves no trace');
});

test('the end of a job is asked for', async () => {
  await ok('POST', '/api/v1/jobs/anything/cancel', { scope: 'operate' });
  assert.ok(Math.abs(Number(api.redis('HGET', 'it-anything', 'cancelled')) - Date.now() / 1000) < 60);
  assert.equal(api.rows("select action from audit where subject = 'job:anything'")[0].action, 'job.cancel');
});

test('workers show their processes', async () => {
  api.redis('SADD', 'processes', 'host:1:abc');
  api.redis('HSET', 'host:1:abc', 'info', '{"hostname":"host","pid":1,"concurrency":4,"queues":["default"],"tag":""}', 'busy', '2', 'beat', '1700000000.5', 'quiet', 'false', 'rss', '1000', 'rtt_us', '99');
  const { workers } = await ok('GET', '/api/v1/workers');
  assert.equal(workers.length, 1);
  assert.equal(workers[0].busy, 2);
  assert.equal(workers[0].alive, false);
});

test('settings are shown with their rules and changed with audit', async () => {
  const { settings } = await ok('GET', '/api/v1/settings', { scope: 'read' });
  const grace = settings.find((s) => s.name === 'orders.grace_s');
  assert.equal(grace.value, '900');
  assert.equal(grace.unit, 's');
  assert.equal((await ok('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 10 } })).value, '10');
  const changed = (await ok('GET', '/api/v1/settings')).settings.find((s) => s.name === 'orders.grace_s');
  assert.equal(changed.value, '10');
  assert.equal(changed.updated_by, 'key:admin');
  assert.equal((await api.call('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: '-1' } })).status, 400);
  const refusal = await api.call('PUT', '/api/v1/settings', { body: { name: 'orders.warehouse', value: 'XX' } });
  assert.deepEqual([refusal.status, refusal.body.detail], [400, "orders.warehouse takes one country by its two capital letters, like CN; 'XX' is no country"]);
  assert.equal((await api.call('PUT', '/api/v1/settings', { body: { name: 'no.such', value: '1' } })).status, 404);
});

test('a flow changes its mode; STOP goes on and off and is read back', async () => {
  assert.equal((await ok('PUT', '/api/v1/flows/fulfillment', { body: { mode: 'auto' } })).mode, 'auto');
  assert.equal((await ok('GET', '/api/v1/flows')).flows.find((f) => f.name === 'fulfillment').mode, 'auto');
  assert.equal((await api.call('PUT', '/api/v1/flows/nothing', { body: { mode: 'auto' } })).status, 404);
  assert.equal((await ok('POST', '/api/v1/stop', { scope: 'operate' })).stop.on, true);
  assert.equal((await ok('GET', '/api/v1/status')).stop, true);
  assert.equal((await api.call('POST', '/api/v1/resume-all', { scope: 'operate', body: { reason: 'all well' } })).status, 403, 'who may stop may not resume');
  assert.equal((await api.call('POST', '/api/v1/resume-all')).status, 400, 'resuming needs a reason');
  assert.equal((await ok('POST', '/api/v1/resume-all', { body: { reason: 'all well' } })).stop.on, false);
});

test('status has orders, jobs, flows and the sandbox notice', async () => {
  const status = await ok('GET', '/api/v1/status', { scope: 'read' });
  assert.deepEqual(status.sandbox, ['shopify', 'cj']);
  assert.ok(status.business.received >= 25);
  assert.ok(status.jobs.dead >= 5);
  assert.deepEqual(status.problems, []);
});

test('the audit is paged and filtered', async () => {
  const first = await ok('GET', '/api/v1/audit?limit=2');
  const second = await ok('GET', `/api/v1/audit?limit=2&cursor=${first.next}`);
  assert.equal(first.audit.length, 2);
  assert.ok(second.audit[0].id < first.audit[1].id);
  const mine = (await ok('GET', '/api/v1/audit?who=key:operate')).audit;
  assert.ok(mine.length > 0 && mine.every((a) => a.who === 'key:operate'));
});

test('metrics are Prometheus text of the whole pool', async () => {
  const text = await ok('GET', '/metrics', { scope: 'read' });
  for (const line of ['dropship_queue_waiting{queue="default"}', 'dropship_orders{state="held"}', 'dropship_up{part="backlog"} 1',
    'dropship_process_busy{process="host:1:abc"} 2', 'dropship_http_requests_total{status="2xx"}']) {
    assert.ok(text.includes(line), line);
  }
  readPrometheus(text);
});

test('the description lists the routes', async () => {
  const yaml = await ok('GET', '/openapi.yaml', { scope: null });
  assert.ok(yaml.startsWith('openapi: 3.1.0'));
  const paths = [...yaml.matchAll(/^  "(\/[^"]*)":$/gm)].map((m) => m[1]);
  assert.equal(new Set(paths).size, paths.length, 'each path once');
  for (const path of ['jobs', 'jobs/bulk', 'jobs/{jid}/cancel', 'queues/{queue}/scale', 'workers/{identity}/stop']) assert.ok(paths.includes(`/api/v1/${path}`), path);
  assert.match(yaml, /"\/api\/v1\/jobs":\n    get:[^]*?\n    post:/);
});

test('a trace from outside goes through to the event', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const id = api.order(5001, 'held');
  await ok('POST', `/api/v1/orders/${id}/release`, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  assert.equal(api.rows(`select trace_id from outbox where args = '[${id}]'`)[0].trace_id, trace);
});
