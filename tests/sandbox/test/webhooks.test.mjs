import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { sign } from '../shopify/webhooks.mjs';
import { eventually, startSandbox } from '../testing.mjs';

/** A receiver that answers with the given status codes, one after the other, then 200. */
async function receiver(t, statuses = []) {
  const got = [];
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (p) => parts.push(p));
    request.on('end', () => {
      got.push({ headers: request.headers, raw: Buffer.concat(parts) });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { got, url: `http://127.0.0.1:${server.address().port}/hooks` };
}

test('the signature fits the published vector', () => {
  assert.equal(
    sign('shpss_example_secret', '{"id":500,"name":"#1001","total_price":"49.80"}'),
    'p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrM=',
  );
});

test('create, update and cancel of an order arrive signed, with all headers', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t);
  await sandbox.control('POST', '/webhooks', { url, secret: 's3', enabled: true });
  const order = sandbox.world.customers.order();
  await sandbox.control('POST', `/orders/${order.number}/edit`, { address: { city: 'Elsewhere' } });
  await sandbox.control('POST', `/orders/${order.number}/cancel`, {});
  await eventually(() => got.length === 4);
  const topics = got.map((g) => g.headers['x-shopify-topic']).sort();
  assert.deepEqual(topics, [
    'orders/cancelled',
    'orders/create',
    'orders/updated',
    'orders/updated',
  ]);
  for (const { headers, raw } of got) {
    assert.equal(headers['x-shopify-hmac-sha256'], sign('s3', raw));
    for (const name of ['webhook-id', 'event-id', 'triggered-at', 'shop-domain', 'api-version']) {
      assert.ok(headers[`x-shopify-${name}`], name);
    }
    assert.equal(JSON.parse(raw).admin_graphql_api_id, `gid://shopify/Order/${order.id}`);
  }
});

test('a refused delivery comes again with the same id and the same bytes', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t, [500, 302]);
  await sandbox.control('POST', '/webhooks', { url, enabled: true, retryMs: 10 });
  sandbox.world.customers.order();
  await eventually(() => got.length === 3);
  assert.equal(new Set(got.map((g) => g.headers['x-shopify-webhook-id'])).size, 1);
  assert.ok(got.every((g) => g.raw.equals(got[0].raw)));
});

test('duplicates carry one id', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t);
  await sandbox.control('POST', '/webhooks', { url, enabled: true, duplicates: 1 });
  sandbox.world.customers.order();
  await eventually(() => got.length === 2);
  assert.equal(got[0].headers['x-shopify-webhook-id'], got[1].headers['x-shopify-webhook-id']);
});

test('a subscription made through the API is served with the client secret', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t);
  const made = await sandbox.gql(
    `mutation S($topic: WebhookSubscriptionTopic!, $s: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $s) { webhookSubscription { id uri } userErrors { message } } }`,
    { topic: 'ORDERS_PAID', s: { uri: url } },
  );
  assert.deepEqual(made.data.webhookSubscriptionCreate.userErrors, []);
  sandbox.world.customers.order();
  await eventually(() => got.length === 1);
  assert.equal(got[0].headers['x-shopify-topic'], 'orders/paid');
  assert.equal(got[0].headers['x-shopify-hmac-sha256'], sign('sandbox-secret', got[0].raw));
});
