import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { signCj } from '../cj/webhooks.mjs';
import { eventually, startSandbox } from '../testing.mjs';

async function receiver(t, answer = '{"code":200,"result":"success","message":"ok"}') {
  const got = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ raw: Buffer.concat(chunks), sign: request.headers.sign });
      response.end(answer);
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  return { got, url: `http://127.0.0.1:${server.address().port}/webhooks/cj` };
}

test('what happens to an order is told, signed with the account number over the raw bytes', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t);
  await sandbox.login();
  await sandbox.control('POST', '/cj-webhooks', { url });
  const orderId = await sandbox.buy(sandbox.world.customers.order());
  sandbox.world.supplier.advance(sandbox.world.supplier.find(orderId), 'SHIPPED');
  await eventually(() => got.length >= 3 && got.some((g) => JSON.parse(g.raw).type === 'LOGISTIC'));
  for (const { raw, sign } of got) assert.equal(sign, signCj(raw));
  const told = got.map((g) => JSON.parse(g.raw));
  assert.ok(told.every((m) => m.messageId && (m.params.cjOrderId ?? m.params.orderId) === orderId));
  assert.equal(new Set(told.map((m) => m.messageId)).size, told.length);
});

test('webhook/set takes https addresses only, and setting/get shows them', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const block = (url) => ({ type: 'ENABLE', callbackUrls: [url] });
  const none = { type: 'CANCEL', callbackUrls: [] };
  const set = (url) => sandbox.cj('POST', 'webhook/set', { order: block(url), logistics: block(url), product: none, stock: none });
  assert.equal((await set('http://shop.example/hooks')).json.code, 1600300);
  assert.equal((await set('https://shop.example/hooks')).json.code, 200);
  const { callback } = (await sandbox.cj('GET', 'setting/get')).json.data;
  assert.deepEqual([callback.order, callback.product], [{ type: 'ENABLE', urls: ['https://shop.example/hooks'] }, { type: 'CANCEL', urls: [] }]);
});

test('a delivery that is not answered with success comes again', async (t) => {
  const sandbox = await startSandbox(t);
  const { got, url } = await receiver(t, '{"result":"later"}');
  sandbox.world.cjWebhooks.retryMs = 10;
  await sandbox.control('POST', '/cj-webhooks', { url, topics: ['order'] });
  sandbox.world.cjWebhooks.send('order', { messageId: 'm', type: 'ORDER', params: {} });
  await eventually(() => sandbox.world.cjWebhooks.stats.givenUp === 1);
  assert.equal(got.length, 4);
});
