// Pages of other origins: those of the list may call with a key, and nobody with a cookie.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

const shop = 'https://shop.example:8443';
let api;
before(async () => {
  api = await Api.start('cors', 15);
  const put = (value) => api.call('PUT', '/api/v1/settings', { body: { name: 'api.cors_origins', value } });
  assert.equal((await put(`https://a.example, ${shop},*`)).status, 400, '* is not taken');
  assert.equal((await put(`https://a.example, ${shop}`)).status, 200);
  // Written before that was asked, or by hand: it opens nothing either.
  api.sql("update setting set value = value || ',*,null' where name = 'api.cors_origins'");
  await until('the setting holds', async () => (await ask(shop)).status === 204, 5000);
});
after(async () => { await api?.stop(); });

// As a browser asks; no operation of the description.
async function ask(origin, target = '/api/v1/orders', headers = { 'access-control-request-method': 'GET' }) {
  const answer = await fetch(api.url + target, { method: 'OPTIONS', headers: { origin, ...headers } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const allowed = (answer) => answer.headers.get('access-control-allow-origin');

test('a preflight of a listed origin is answered, without credentials', async () => {
  const answer = await ask(shop);
  assert.equal(answer.status, 204);
  assert.equal(answer.text, '');
  assert.equal(allowed(answer), shop);
  assert.equal(answer.headers.get('access-control-allow-methods'), 'GET, HEAD');
  assert.match(answer.headers.get('access-control-allow-headers'), /Authorization.*Idempotency-Key/);
  assert.equal(answer.headers.get('access-control-allow-credentials'), null);
  assert.match(answer.headers.get('vary'), /Origin/);
  assert.equal((await ask(shop, '/api/v1/stop')).headers.get('access-control-allow-methods'), 'POST');
});

test('origins that are not exactly listed get nothing', async () => {
  for (const origin of ['https://shop.example', 'http://shop.example:8443', 'https://shop.example:84430', 'https://evil-shop.example:8443', 'https://SHOP.example:8443', 'null', '*', 'https://a.example, https://shop.example:8443', 'https://a.exampl', '']) {
    const answer = await ask(origin);
    assert.ok([403, 405].includes(answer.status), `${origin}: ${answer.status}`);
    assert.equal(allowed(answer), null, origin);
    const got = await api.call('GET', '/api/v1/orders', { headers: { origin } });
    assert.equal(got.status, 200, 'a key is a key');
    assert.equal(allowed(got), null, origin);
    assert.match(got.headers.get('vary'), /Origin/);
  }
});

test('the answer to a listed origin can be read, also a refusal', async () => {
  for (const [options, status] of [[{ scope: 'read' }, 200], [{ scope: null }, 401]]) {
    const answer = await api.call('GET', '/api/v1/orders', { ...options, headers: { origin: 'https://a.example' } });
    assert.equal(answer.status, status);
    assert.equal(allowed(answer), 'https://a.example');
    assert.match(answer.headers.get('access-control-expose-headers'), /RateLimit.*Retry-After/);
    assert.equal(answer.headers.get('access-control-allow-credentials'), null);
  }
});

test('what is no preflight is no question, and other paths are not open', async () => {
  const plain = await ask(shop, '/api/v1/orders', {});
  assert.equal(plain.status, 405);
  assert.equal((await ask(shop, '/api/v1/nothing')).status, 404);
  assert.equal(allowed(await api.call('GET', '/healthz', { scope: null, headers: { origin: shop } })), null);
});

test('a cookie is of no use to a listed origin', async () => {
  const login = await api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.admin } });
  const cookie = login.headers.get('set-cookie').split(';')[0];
  const answer = await api.call('POST', '/api/v1/stop', { scope: null, headers: { cookie, origin: shop, 'x-csrf-token': login.body.csrf } });
  assert.equal(answer.status, 403);
  const read = await api.call('GET', '/api/v1/orders', { scope: null, headers: { cookie, origin: shop } });
  assert.equal(read.headers.get('access-control-allow-credentials'), null, 'the browser keeps the answer from the page');
  assert.equal((await api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.admin }, headers: { origin: shop } })).status, 403);
});
