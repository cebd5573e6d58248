// Webhooks of the shop: signed ones become one event each, everything else becomes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, sign } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('webhook', 5); });
after(async () => { await api?.stop(); });

const events = () => api.rows('select event, job_type, queue, args from outbox order by id');
const payload = (number) => ({ id: number, admin_graphql_api_id: `gid://shopify/Order/${number}`, total_price: '49.80' });

test('a signed delivery becomes one orders.check of that order', async () => {
  const answer = await api.webhook(payload(820982911946154500), { topic: 'orders/create' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.result, 'accepted');
  assert.deepEqual(events(), [{ event: 'shopify.orders/create', job_type: 'orders.check', queue: 'fulfillment', args: '["gid://shopify/Order/820982911946154500"]' }]);
});

test('the published example passes, as raw bytes', async () => {
  const answer = await api.webhook('{"id":500,"name":"#1001","total_price":"49.80"}', { signature: 'p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrM=' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(events().at(-1).args, '["gid://shopify/Order/500"]');
});

test('every topic that tells of an order is taken, from where it keeps the id', async () => {
  const before = events().length;
  const kinds = [['orders/create', payload(11)], ['orders/updated', payload(12)], ['orders/paid', payload(13)],
    ['orders/edited', { order_edit: { id: 99, order_id: 14 } }], ['orders/cancelled', payload(15)],
    ['orders/risk_assessment_changed', { admin_graphql_api_order_id: 'gid://shopify/Order/16', order_id: 16 }]];
  for (const [topic, body] of kinds) assert.equal((await api.webhook(body, { topic })).status, 200, topic);
  assert.deepEqual(events().slice(before).map((e) => e.args), [11, 12, 13, 14, 15, 16].map((n) => `["gid://shopify/Order/${n}"]`));
});

test('a delivery that comes again, even many at once, is one event', async () => {
  const before = events().length;
  const answers = await Promise.all(Array.from({ length: 30 }, () => api.webhook(payload(77), { id: 'same-delivery' })));
  assert.ok(answers.every((a) => a.status === 200));
  assert.equal(answers.filter((a) => a.body.result === 'accepted').length, 1);
  assert.equal(events().length, before + 1);
});

test('other topics are answered and ignored', async () => {
  const stored = api.stored();
  const answer = await api.webhook({ id: 1 }, { topic: 'products/create' });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.result, 'ignored');
  assert.equal(api.stored(), stored);
  await api.logged(/webhook\.ignored/);
});

test('what is forged, foreign or malformed is refused and leaves nothing', async () => {
  const stored = api.stored();
  const good = JSON.stringify(payload(88));
  const cases = [
    [401, good, { signature: sign(good, 'another secret') }],
    [401, good, { signature: '' }],
    [401, good, { signature: sign(good).slice(0, -1) }],
    [401, good, { signature: `${sign(good)}x` }],
    [401, good, { signature: Buffer.from(sign(good), 'base64').toString('hex') }],
    [401, `${good} `, { signature: sign(good) }],
    [401, good, { shop: 'other.myshopify.com' }],
    [401, good, { shop: 'sandbox.myshopify.com.evil.example' }],
    [401, good, { shop: '' }],
    [401, '', { signature: sign('x') }],
    [400, '', {}],
    [400, '{"id":', {}],
    [400, 'null', {}],
    [400, '[]', {}],
    [400, '{}', {}],
    [400, '{"id":-5}', {}],
    [400, '{"id":1.5}', {}],
    [400, '{"id":99999999999999999999999}', {}],
    [400, '{"admin_graphql_api_id":"gid://shopify/Order/1\\"],[\\"x"}', {}],
    [400, '{"admin_graphql_api_id":"gid://shopify/Customer/1"}', {}],
    [400, '{"admin_graphql_api_id":{"a":1}}', {}],
    [400, '['.repeat(100000), {}],
    [400, good, { id: 'x'.repeat(200) }],
    [400, good, { id: "1'; drop table outbox; --" }],
    [400, good, { topic: 'ORDERS PAID' }],
    [415, good, { headers: { 'content-encoding': 'gzip' } }],
  ];
  for (const [status, body, options] of cases) {
    const answer = await api.webhook(body, options);
    assert.equal(answer.status, status, `${body.slice(0, 60)} ${JSON.stringify(options)}: ${answer.text}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
  assert.equal(api.stored(), stored);
});

test('a large order passes, a too large body does not', async () => {
  const padded = (bytes) => JSON.stringify({ ...payload(99), note: 'x'.repeat(bytes) });
  assert.equal((await api.webhook(padded(1500 * 1024))).status, 200);
  const stored = api.stored();
  assert.equal((await api.webhook(padded(2200 * 1024))).status, 413);
  assert.equal(api.stored(), stored);
});

test('a client that waits for 100 Continue gets it', async () => {
  const body = JSON.stringify(payload(123));
  const head = `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nX-Shopify-Topic: orders/paid\r\n`
    + `X-Shopify-Shop-Domain: SANDBOX.myshopify.com\r\nX-Shopify-Webhook-Id: waits\r\nX-Shopify-Hmac-Sha256: ${sign(body)}\r\n\r\n`;
  const answer = await api.raw(head + body);
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
});

test('without a secret nothing is taken, and the log says what to do', async () => {
  const bare = await Api.start('bare', 6, { SHOPIFY_CLIENT_SECRET: undefined });
  try {
    const answer = await bare.webhook(payload(1));
    assert.equal(answer.status, 503);
    await bare.logged(/SHOPIFY_CLIENT_SECRET/);
    assert.equal(bare.rows('select * from outbox').length, 0);
  } finally {
    await bare.stop();
  }
});
