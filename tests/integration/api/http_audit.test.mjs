// Every write of the table leaves its line in the audit, and no secret of the run is in an answer, the log or a table.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, job } from './http_support.mjs';

let api;
const answers = [];
before(async () => {
  api = await Api.start('audit', 10, { OPENAI_API_KEY: 'sk-audit-example-key', CJ_API_KEY: 'CJ0@api@audit-example', SHOPIFY_ACCESS_TOKEN: 'shpat_audit_example' });
  api.redis('SADD', 'queues', 'fulfillment');
});
after(async () => { await api?.stop(); });

const worker = 'host:7:abcdefabcdef';
let made = 0;
function product(state) {
  made += 1;
  const id = Number(api.sql(`insert into product (pid, name, state, shop_currency, landed_minor, price_minor) values ('p${made}', 'Lamp ${made}', '${state}', 'USD', 1355, 2299) returning id`));
  api.sql(`insert into listing_text (product_id, version, made_by, title, description_html, seo_title, meta_description, tags, alt_texts, facts, checks, list_version)
    values (${id}, 1, 'template', 'Lamp', '<p>A lamp.</p>', 'Lamp', 'A lamp.', '["lamp"]', '["A lamp"]', '["Material: steel"]', '{"passed":true,"failed":[]}', 'w1')`);
  return id;
}
const proposal = () => api.sql(`insert into proposal (kind, subject, text, detail) values ('product.price', 'product:${product('listed')}', 'Do it?', '{"price_minor":2999}') returning id`);
const dead = (jid) => { api.redis('ZADD', 'dead', '1700000000', job(jid)); return jid; };
const later = (jid) => { api.redis('ZADD', 'schedule', '4000000000', job(jid)); return jid; };
const rule = async () => (await api.ok('POST', '/api/v1/pricing-rules', { body: { name: `rule ${(made += 1)}`, kind: 'multiplier', spec: { factor_e3: 2500 + made } } })).id;
const message = async () => (await api.call('POST', '/api/v1/messages', { scope: null, body: { email: 'buyer@example.com', text: 'Where is it?' } })).body.id;

// As the list of approvals shows it.
async function waiting(id) {
  const { approvals } = await api.ok('GET', '/api/v1/approvals?limit=200');
  return { id, seen: approvals.find((a) => a.id === id).seen };
}
const approval = async (id, more = {}) => ({ id, body: { seen: (await waiting(id)).seen, ...more } });

// By method and path of /openapi.yaml: what is sent.  A new write must be driven here; one that changes nothing or is nobody's act
// stands below with the reason.
const drives = {
  'POST /api/v1/orders/{id}/release': () => ({ id: api.order(8001, 'approval') }),
  'POST /api/v1/orders/{id}/hold': () => ({ id: api.order(8002, 'approval'), body: { reason: 'look' } }),
  'POST /api/v1/products/{id}/approve': () => ({ id: product('approval') }),
  'POST /api/v1/products/{id}/reject': () => ({ id: product('approval'), body: { reason: 'ugly' } }),
  'POST /api/v1/products/{id}/edit': () => ({ id: product('approval'), body: { texts: { title: 'New' } } }),
  'POST /api/v1/products/{id}/unlist': () => ({ id: product('listed'), body: { reason: 'seasonal' } }),
  'POST /api/v1/products/{id}/reprice': () => ({ id: product('listed'), body: { price_minor: 2499 } }),
  'POST /api/v1/proposals/{id}/accept': () => ({ id: proposal() }),
  'POST /api/v1/proposals/{id}/reject': () => ({ id: proposal(), body: { reason: 'no' } }),
  'POST /api/v1/pricing-rules': () => ({ body: { name: 'by hand', kind: 'multiplier', spec: { factor_e3: 2400 } } }),
  'POST /api/v1/pricing-rules/{id}/activate': async () => ({ id: await rule() }),
  'POST /api/v1/pricing-rules/{id}/deactivate': async () => {
    const id = await rule();
    await api.ok('POST', `/api/v1/pricing-rules/${id}/activate`);
    return { id };
  },
  'DELETE /api/v1/pricing-rules/{id}': async () => ({ id: await rule() }),
  'POST /api/v1/orders/bulk': () => ({ body: { ids: [api.order(8003, 'approval')], action: 'hold', reason: 'look' } }),
  'POST /api/v1/products/bulk': () => ({ body: { ids: [product('approval')], action: 'reject', reason: 'ugly' } }),
  'POST /api/v1/orders/{id}/mapping': () => {
    const id = api.order(8004, 'held');
    api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, unit_price_minor, currency) values (${id}, 'm1', 'Lamp', 'SKU-M', 1, 1, 1999, 'USD');
      insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor) values ('SKU-M', 'v-9', 'CJ-9', 850)`);
    return { id, body: { sku: 'SKU-M', vid: 'v-9' } };
  },
  'POST /api/v1/orders/{id}/mapping/propose': () => {
    const id = api.order(8006, 'held');
    api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${id}, 'm2', 'Lamp', 'SKU-P', 1, 1)`);
    return { id, body: { sku: 'SKU-P', vid: 'v-8', supplier_sku: 'CJ-8', price_minor: 850 } };
  },
  'POST /api/v1/orders/{id}/mapping/remove': () => {
    const id = api.order(8007, 'held');
    api.sql(`insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) values (${id}, 'm3', 'Lamp', 'SKU-R', 1, 1);
      insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor) values ('SKU-R', 'v-7', 'CJ-7', 850)`);
    return { id, body: { sku: 'SKU-R', vid: 'v-7' } };
  },
  'POST /api/v1/approvals/bulk': async () => ({ body: { ids: [await waiting(`product-${product('approval')}`)], action: 'reject', reason: 'ugly' } }),
  'POST /api/v1/approvals/{id}/approve': async () => approval(`order-${api.order(8005, 'approval')}`),
  'POST /api/v1/approvals/{id}/reject': async () => approval(`product-${product('approval')}`, { reason: 'ugly' }),
  'POST /api/v1/queues/{queue}/pause': () => ({ queue: 'fulfillment' }),
  'POST /api/v1/queues/{queue}/resume': () => ({ queue: 'fulfillment' }),
  'POST /api/v1/queues/{queue}/scale': () => ({ queue: 'fulfillment', body: { threads: 3 } }),
  'POST /api/v1/jobs': () => ({ body: { type: 'noop' } }),
  'POST /api/v1/jobs/bulk': () => { dead('bulk'); return { body: { action: 'retry', state: 'dead' } }; },
  'POST /api/v1/jobs/{jid}/retry': () => ({ jid: dead('again') }),
  'POST /api/v1/jobs/{jid}/kill': () => ({ jid: later('kill') }),
  'POST /api/v1/jobs/{jid}/cancel': () => ({ jid: later('cancel') }),
  'DELETE /api/v1/jobs/{jid}': () => ({ jid: later('delete') }),
  'POST /api/v1/workers/{identity}/quiet': () => ({ identity: worker }),
  'POST /api/v1/workers/{identity}/stop': () => ({ identity: worker }),
  'PUT /api/v1/settings': () => ({ body: { name: 'orders.grace_s', value: 61 } }),
  'PUT /api/v1/flows/{name}': () => ({ name: 'fulfillment', body: { mode: 'dry_run' } }),
  'PUT /api/v1/flows/{name}/interval': () => ({ name: 'fulfillment', body: { seconds: 250 } }),
  'POST /api/v1/flows/{name}/run': () => ({ name: 'fulfillment' }),
  'POST /api/v1/stop': () => ({ body: { reason: 'try' } }),
  'POST /api/v1/resume-all': () => ({ body: { reason: 'tried' } }),
  'POST /api/v1/keys': () => ({ body: { name: 'new', scope: 'read' } }),
  'DELETE /api/v1/keys/{name}': () => ({ name: 'read' }),
  'PUT /api/v1/messages/{id}': async () => ({ id: await message(), body: { state: 'closed' } }),
  'POST /api/v1/activity/{id}/undo': async () => {
    await api.ok('PUT', '/api/v1/settings', { body: { name: 'orders.page', value: 60 } });
    return { id: `audit-${api.sql("select max(id) from audit where action = 'setting.change'")}` };
  },
};
const quiet = {
  'POST /api/v1/session': 'tried in http_session: its line is of who logs in',
  'DELETE /api/v1/session': 'tried in http_session: a key has none',
  'POST /api/v1/messages': 'nobody of ours acts',
  'POST /webhooks/shopify': 'nobody of ours acts',
  'POST /webhooks/cj': 'nobody of ours acts',
  'POST /api/v1/pricing-rules/preview': 'changes nothing',
  'POST /api/v1/pricing-rules/{id}/preview': 'changes nothing',
};

function register() {
  api.redis('SADD', 'processes', worker);
  api.redis('HSET', worker, 'info', JSON.stringify({ queues: ['fulfillment'], labels: ['dropship'], concurrency: 8 }), 'busy', '0', 'concurrency', '8', 'quiet', 'false', 'beat', '1795000000.5');
  api.redis('SET', `dropship:lease:${worker}`, '1', 'PX', '600000');
}

test('every write of the table leaves its line, with who and which request', async (t) => {
  register();
  const { paths } = api.contract.document;
  const writes = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).filter((m) => ['post', 'put', 'delete', 'patch'].includes(m)).map((m) => `${m.toUpperCase()} ${path}`));
  const unknown = writes.filter((w) => !drives[w] && !quiet[w]);
  const faults = unknown.map((w) => `${w}: not driven here`);
  for (const write of writes.filter((w) => drives[w])) {
    const [method, path] = write.split(' ');
    const { body, ...names } = await drives[write]();
    const target = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name]));
    const answer = await api.call(method, target, { body });
    if (path !== '/api/v1/keys') answers.push(answer);
    const request = answer.headers.get('x-request-id');
    const lines = api.rows(`select who, action, subject from audit where request = '${request}' order by id`);
    if (answer.status >= 300) faults.push(`${write}: ${answer.status} ${answer.text.slice(0, 200)}`);
    else if (lines.length === 0 || lines.some((l) => l.who !== 'key:admin')) faults.push(`${write}: ${JSON.stringify(lines)}`);
    else t.diagnostic(`${write}: ${lines.map((l) => `${l.action} ${l.subject}`).join(', ')}`);
  }
  assert.deepEqual(faults, []);
});

test('no secret of the run is in an answer, in the log or in a table', async () => {
  const login = await api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.operate } });
  const token = login.headers.get('set-cookie').match(/=([0-9a-f]{64});/)[1];
  const guess = `ds_${'5'.repeat(64)}`;
  answers.push(login, await api.call('GET', '/api/v1/settings', { key: guess }), await api.call('POST', '/api/v1/session', { scope: null, body: { key: guess } }));
  answers.push(await api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.admin, extra: api.keys.admin } }));
  answers.push(await api.call('GET', `/api/v1/orders?q=x&key=${api.keys.admin}`), await api.call('GET', '/api/v1/keys'), await api.call('GET', '/api/v1/audit'));
  answers.push(await api.call('GET', '/api/v1/status', { scope: null, headers: { cookie: `dropship_session=${token}` } }));
  const password = new URL(api.databaseUrl).password;
  const secrets = [...Object.values(api.keys), token, 'sk-audit-example-key', 'CJ0@api@audit-example', 'shpat_audit_example', api.env.SHOPIFY_CLIENT_SECRET, ...(password ? [password] : [])];
  const tables = api.sql("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace").split('\n')
    .map((table) => api.sql(`select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from ${table} t`)).join('\n');
  await api.logged(/"path":"\/api\/v1\/status"/);
  const places = { answers: answers.map((a) => a.text).join('\n'), log: api.log, tables };
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret.slice(0, 8)}... is in the ${place}`);
  }
  assert.ok(!api.log.includes(guess) && !api.log.includes(login.body.csrf), 'nor what was typed');
});

test('no header makes a request another one', async () => {
  const before = api.sql('select count(*) from audit');
  for (const headers of [{ 'x-http-method-override': 'DELETE' }, { 'x-method-override': 'POST' }, { 'x-http-method': 'PUT' }, { 'x-original-url': '/api/v1/stop' }, { 'x-rewrite-url': '/api/v1/stop' }]) {
    assert.equal((await api.call('GET', '/api/v1/jobs/later', { headers })).status, 404);
    assert.equal((await api.call('GET', '/api/v1/orders', { headers })).status, 200);
    await api.refused(400, 'GET', '/api/v1/orders?_method=DELETE', { headers });
  }
  const big = await api.raw(`GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nCookie: dropship_session=${'a'.repeat(17000)}\r\nConnection: close\r\n\r\n`);
  assert.match(big, /^HTTP\/1\.1 4(00|31) /);
  assert.match(big, /application\/problem\+json/);
  assert.equal(api.sql('select count(*) from audit'), before);
});
