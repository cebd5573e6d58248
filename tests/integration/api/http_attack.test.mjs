// Whatever a hostile or careless client sends: a problem document with the right status, never a failure of ours (the one
// 5xx is 505 for HTTP/3.0), nothing written, and the program goes on.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api, job } from './http_support.mjs';

let api;
let order;
let stored;
before(async () => {
  api = await Api.start('attack', 7);
  order = api.order(1001, 'held');
  api.redis('ZADD', 'dead', '1700000000', job('victim'));
  api.redis('SADD', 'queues', 'default');
});
after(async () => {
  const { code, signal } = await api.stop();
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, 'ended in good order');
});
beforeEach(() => { stored = api.stored(); });
afterEach(async () => {
  assert.equal(api.stored(), stored, 'nothing was written');
  assert.equal((await api.call('GET', '/healthz', { scope: null })).status, 200);
});

async function refused(status, method, target, options) {
  const answer = await api.call(method, target, options);
  assert.equal(answer.status, status, `${method} ${target.slice(0, 100)} ${JSON.stringify(options)?.slice(0, 100)}: ${answer.text.slice(0, 300)}`);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  assert.match(answer.body.request_id, /^[0-9a-f]{32}$/);
  assert.equal(answer.body.request_id, answer.headers.get('x-request-id'));
  assert.doesNotMatch(answer.text, /select|shop_order|libpq|127\.0\.0\.1|SQLSTATE|relation|\.c:/i, 'no inner details');
  return answer;
}

test('wrong types, ranges, encodings, duplicates and unknown names in queries', async () => {
  const orders = ['limit=0', 'limit=201', 'limit=-1', 'limit=1.5', 'limit=1e2', 'limit=abc', 'limit=', 'limit=%31%00', 'limit=10&limit=10', 'limit=99999999999999999999',
    'state=nonsense', 'state=HELD', 'state=held,placed', 'state=', 'state[]=held', 'unknown=1', 'q=%ff%fe', 'q=%', 'q=%zz', 'q=%00', `q=${'x'.repeat(101)}`, 'q=', 'q=a%0d%0ab',
    'from=yesterday', 'from=2026-13-01T00:00:00Z', 'to=1', 'cursor=abc', 'cursor=1', 'cursor=1-', 'cursor=-1', 'cursor=9999999999999999999999-1', 'cursor=1-0', 'cursor=1--1',
    "q=x&Q=y", "'=1", '%6cimit=1&limit=1', '=', '&&&x'];
  for (const query of orders) await refused(400, 'GET', `/api/v1/orders?${query}`);
  for (const query of ['state=all', 'offset=-1', 'offset=1000001', 'queue=a%20b', 'queue=', 'limit=1&state=dead&state=dead']) await refused(400, 'GET', `/api/v1/jobs?${query}`);
  await refused(400, 'GET', '/api/v1/audit?cursor=1-1');
  await refused(400, 'GET', '/healthz?x=1', { scope: null });
  await refused(400, 'GET', '/api/v1/settings?name=stop');
});

test('injection in values is text and nothing else', async () => {
  for (const q of ["'; drop table shop_order; --", '$1', '\\', '%25_', '"}],"x":[{', '<script>']) {
    const answer = await api.call('GET', `/api/v1/orders?q=${encodeURIComponent(q)}`);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.body.orders, []);
  }
});

test('path traversal and odd paths reach nothing', async () => {
  const paths = ['/../../etc/passwd', '/page/../../etc/passwd', '/page/%2e%2e/app.js', '/page/..%2f..%2fetc/passwd', '/page/', '/page/index.html', '/api/v1/orders/', '/api/v1//orders', '/api/v1/orders/../orders',
    '/API/v1/orders', '/api/v1/orders/1/release/x', '/.git/config', '/api/%761/orders', '/api/v1/orders;x=1', '/index.html', '/a'.repeat(2000)];
  for (const path of paths) {
    const answer = await api.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 404 /, path);
  }
  for (const id of ['%2e%2e%2f', '%00', '%ff', '1%0a', '1%20or%201=1', "1'--", '%F0%9F%92%A9', 'x'.repeat(101), '%252e', '1%']) {
    const answer = await api.raw(`GET /api/v1/orders/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 40[04] /, id);
  }
  for (const id of ['9223372036854775808', '99999999999999999999999', '-1', '0', 'gid:%2F%2Fshopify%2FOrder%2F0']) await refused(404, 'GET', `/api/v1/orders/${id}`);
});

test('wrong methods are told which are right', async () => {
  for (const [method, target, allow] of [['DELETE', '/api/v1/orders', 'GET, HEAD'], ['GET', '/webhooks/shopify', 'POST'], ['POST', '/api/v1/settings', 'GET, HEAD, PUT'],
    ['PATCH', `/api/v1/orders/${order}`, 'GET, HEAD'], ['GET', `/api/v1/orders/${order}/release`, 'POST'], ['OPTIONS', '/api/v1/stop', 'POST'], ['PUT', '/api/v1/jobs/victim', 'GET, HEAD, DELETE']]) {
    const answer = await refused(405, method, target);
    assert.equal(answer.headers.get('allow'), allow);
  }
});

test('bodies that are not what they must be', async () => {
  const hold = `/api/v1/orders/${order}/hold`;
  const json = { 'content-type': 'application/json' };
  const bodies = ['{', 'null', '[]', '1', '"reason"', '{}', '{"reason":null}', '{"reason":5}', '{"reason":""}', '{"reason":["x"]}', '{"reason":"x","reason":"y"}', '{"reason":"x","who":"root"}',
    '{"reason":"x","id":"2"}', '{"Reason":"x"}', '{"reason":"a\\u0000b"}', '{"reason":"\\ud800"}', '{"reason":"x"} trailing', "{'reason':'x'}", '{"reason":"x",}', `{"reason":"${'x'.repeat(301)}"}`,
    '{"reason":"line\\nbreak"}', '\u0000', `${'['.repeat(100000)}`, `${'{"a":'.repeat(5000)}`];
  for (const body of bodies) await refused(400, 'POST', hold, { body, headers: json });
  await refused(415, 'POST', hold, { body: 'reason=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  await refused(415, 'POST', hold, { body: '{"reason":"x"}', headers: { 'content-type': 'text/plain' } });
  await refused(415, 'POST', hold, { body: '{"reason":"x"}', headers: { 'content-type': 'application/json; charset=utf-16' } });
  await refused(415, 'POST', hold, { body: '{"reason":"x"}', headers: { 'content-type': 'application/jsonp' } });
  await refused(415, 'POST', hold, { body: '{"reason":"x"}', headers: { ...json, 'content-encoding': 'gzip' } });
  await refused(413, 'POST', hold, { body: `{"reason":"${'x'.repeat(300 * 1024)}"}`, headers: json });
  await refused(400, 'DELETE', '/api/v1/jobs/victim', { body: '{}', headers: json });
  await refused(400, 'POST', `/api/v1/orders/${order}/release`, { body: '{"force":true}', headers: json });
  await refused(400, 'PUT', '/api/v1/flows/fulfillment', { body: { mode: 'AUTO' } });
  await refused(400, 'PUT', '/api/v1/flows/fulfillment', { body: { mode: true } });
  await refused(404, 'PUT', '/api/v1/flows/stop', { body: { mode: 'off' } });
  for (const value of ['x'.repeat(64), '1e3', '-1', ' 5', '99999999999', null, 1.5, [], {}]) await refused(400, 'PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value } });
  await refused(404, 'PUT', '/api/v1/settings', { body: { name: 'orders', value: '1' } });
  await refused(400, 'PUT', '/api/v1/settings', { body: { name: 'orders.grace_s' } });
});

test('keys: none, wrong, revoked, and scopes that are too small', async () => {
  for (const key of ['x', 'ds_', `ds_${'0'.repeat(64)}`, `ds_${'0'.repeat(5000)}`]) {
    assert.equal((await refused(401, 'GET', '/api/v1/orders', { key })).body.detail, 'This key is not known, or it was revoked.');
  }
  for (const headers of [{}, { authorization: `Basic ${btoa('a:b')}` }]) {
    assert.match((await refused(401, 'GET', '/api/v1/orders', { scope: null, headers })).body.detail, /needs a key/);
  }
  for (const [method, target] of [['POST', `/api/v1/orders/${order}/release`], ['POST', '/api/v1/stop'], ['DELETE', '/api/v1/jobs/victim'], ['POST', '/api/v1/queues/default/pause'], ['PUT', '/api/v1/settings']]) {
    await refused(403, method, target, { scope: 'read' });
  }
  for (const target of ['/api/v1/settings', '/api/v1/flows/fulfillment']) await refused(403, 'PUT', target, { scope: 'operate', body: { mode: 'auto' } });
});

test('the doors to jobs, queues and workers: scopes, hostile names and bodies', async () => {
  const doors = ['/api/v1/jobs', '/api/v1/jobs/bulk', '/api/v1/jobs/victim/cancel', '/api/v1/jobs/victim/retry', '/api/v1/jobs/victim/kill',
    '/api/v1/queues/default/scale', '/api/v1/queues/default/resume', '/api/v1/workers/x/quiet', '/api/v1/workers/x/stop'];
  for (const door of doors) await refused(403, 'POST', door, { scope: 'read', body: {} });
  for (const name of ['%00', 'a%2fb', 'x'.repeat(128), '*', '%0a', '%F0%9F%92%A9']) {
    for (const verb of ['cancel', 'retry', 'kill']) await refused(400, 'POST', `/api/v1/jobs/${name}/${verb}`);
    for (const verb of ['quiet', 'stop']) await refused(400, 'POST', `/api/v1/workers/${name}/${verb}`);
    await refused(400, 'POST', `/api/v1/queues/${name}/scale`, { body: { threads: 1 } });
  }
  for (const name of ['processes', 'default', 'queues']) await refused(404, 'POST', `/api/v1/workers/${name}/stop`);
  for (const body of [{ threads: 1.5 }, { threads: 1, worker: 'a b' }, { threads: 1025 }, { threads: null }]) await refused(400, 'POST', '/api/v1/queues/default/scale', { body });
  await refused(404, 'POST', '/api/v1/queues/default/scale', { body: { threads: 1, worker: 'default' } });
  for (const body of [{}, { type: 'nope' }, { type: 'noop', args: {} }, { type: 'noop', args: null }, { type: 'noop', queue: 'a b' }, { type: 'noop', unique_key: 'x' }, { type: 'noop', jid: 'mine' },
    { type: 'noop', in_s: 1, at: '2100-01-01T00:00:00Z' }, { type: 'noop', in_s: -1 }, { type: 'noop', args: ['x'.repeat(100000)] }]) await refused(400, 'POST', '/api/v1/jobs', { body });
  for (const args of ['[1],"args":[2]', '[1e400]', `${'['.repeat(40)}${']'.repeat(40)}`, '["\\ud800"]', '["\\u0000"]', '[NaN]']) {
    await refused(400, 'POST', '/api/v1/jobs', { body: `{"type":"noop","args":${args}}`, headers: { 'content-type': 'application/json' } });
  }
  for (const cursor of ['s,1,nan,e,0,0', 's,1,1,2,9223372036854775807,0', 's,1,1,2,0,9223372036854775807', 's,1,1,2', `s,1,${'1'.repeat(60)},2,0,0`]) {
    await refused(400, 'POST', '/api/v1/jobs/bulk', { body: { action: 'delete', state: 'dead', cursor } });
  }
  for (const cursor of ['w,1,q,0,9223372036854775807,1,1,1,1,1', 'w,1,q,1,1,1,1,99999999999999999999999,1,1', 'w,1,two words,0,1,1,1,1,1,1', 's,1,1,2,0,0']) {
    await refused(400, 'POST', '/api/v1/jobs/bulk', { body: { action: 'delete', state: 'waiting', cursor } });
  }
});

test('an address that keeps failing must wait, but a good key works, also one never seen before', async () => {
  const fresh = JSON.parse(api.cli('key', 'create', 'fresh', '--scope', 'read', '--json')).key;
  stored = api.stored();
  let answer;
  for (let i = 0; i < 30; i += 1) {
    answer = await api.call('GET', '/api/v1/orders', { key: `ds_${String(i).padStart(64, '0')}` });
    if (answer.status === 429) break;
    assert.equal(answer.status, 401);
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  assert.match(answer.headers.get('ratelimit'), /r=0/);
  assert.equal((await api.call('GET', '/api/v1/orders', { key: 'ds_short' })).status, 429, 'also what cannot be a key');
  assert.equal((await api.call('GET', '/api/v1/orders', { key: fresh })).status, 200);
  assert.equal((await api.call('GET', '/api/v1/orders')).status, 200);
});

test('framing tricks are refused and the connection ends', async () => {
  const auth = `Host: x\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: application/json\r\n`;
  const cases = [
    [411, `POST /api/v1/stop HTTP/1.1\r\n${auth}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    [411, `POST /api/v1/stop HTTP/1.1\r\n${auth}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}`],
    [400, `POST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    [400, `POST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: 2x\r\n\r\n{}`],
    [400, `POST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: +2\r\n\r\n{}`],
    [411, `POST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: -1\r\n\r\n`],
    [413, `POST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: 99999999999999999999\r\n\r\n`, 'or 400'],
    [417, `POST /api/v1/stop HTTP/1.1\r\n${auth}Expect: the-unexpected\r\n\r\n`],
    [400, `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20000)}\r\n\r\n`],
    [431, `GET /healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 80 }, (_, i) => `X-${i}: y`).join('\r\n')}\r\n\r\n`],
    [400, 'NONSENSE\r\n\r\n'],
    [400, `BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n`],
    [400, `GET /health\u0001z HTTP/1.1\r\nHost: x\r\n\r\n`],
    [505, `GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n`],
    [400, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'],
  ];
  for (const [status, bytes, or] of cases) {
    const answer = await api.raw(bytes);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 (${status}${or ? '|400' : ''}) `), `${bytes.slice(0, 120)} -> ${answer.slice(0, 200)}`);
    assert.match(answer, /application\/problem\+json/);
    assert.match(answer, /X-Request-Id: [0-9a-f]{32}\r\n/);
  }
  const two = await api.raw('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal(two.match(/HTTP\/1\.1 200 /g).length, 2, 'one after the other, until the client says it was the last');
  const refusedFirst = await api.raw(`POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nPOST /api/v1/stop HTTP/1.1\r\n${auth}Content-Length: 0\r\n\r\n`);
  assert.equal(refusedFirst.match(/HTTP\/1\.1 /g).length, 1, 'what follows a refusal is not a request');
});

test('headers of the answer cannot be written by the client', async () => {
  const answer = await api.raw('GET /nothing%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\ntraceparent: 00-x\r\nX-Request-Id: mine\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 404 /);
  assert.doesNotMatch(answer, /X-Evil: 1|mine/);
});

test('slow clients are cut off and hold nobody else up', async () => {
  const sockets = [];
  const ended = [];
  const drip = (bytes) => {
    const socket = net.connect(api.port, '127.0.0.1', () => socket.write(bytes));
    const timer = setInterval(() => socket.write('x'), 300);
    ended.push(new Promise((resolve) => socket.on('close', () => { clearInterval(timer); resolve(); })));
    socket.on('error', () => {});
    socket.resume();
    sockets.push(socket);
  };
  for (let i = 0; i < 8; i += 1) drip('GET /healthz HTTP/1.1\r\nX-Drip: ');
  for (let i = 0; i < 8; i += 1) {
    drip(`POST /api/v1/orders/${order}/hold HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`);
  }
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: 40 }, () => api.call('GET', '/healthz', { scope: null })));
  assert.ok(answers.every((a) => a.status === 200));
  assert.ok(Date.now() - started < 3000, `others waited ${Date.now() - started} ms`);
  await Promise.race([Promise.all(ended), until('slow clients are cut off', () => sockets.every((s) => s.destroyed), 60000, 200)]);
});

test('two thousand connections that drip hold up nobody from another address', async () => {
  const sockets = [];
  let closed = 0;
  const drip = () => {
    const socket = net.connect({ port: api.port, host: '127.0.0.1', localAddress: '127.0.0.2' }, () => socket.write('GET /healthz HTTP/1.1\r\nX-Drip: '));
    socket.on('error', () => {});
    socket.on('close', () => { closed += 1; });
    socket.resume();
    sockets.push(socket);
  };
  for (let i = 0; i < 2000; i += 1) drip();
  const timer = setInterval(() => { for (const socket of sockets) if (socket.writable && !socket.connecting) socket.write('x'); }, 500);
  try {
    await until('the flood is there', () => sockets.filter((s) => !s.connecting).length >= 1500, 20000, 20);
    for (let i = 0; i < 10; i += 1) {
      const started = Date.now();
      const answer = await api.raw('GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.ok(Date.now() - started < 1000, `waited ${Date.now() - started} ms`);
    }
    await until('they are cut off', () => closed >= 1900, 20000, 50);
    await api.logged(/http\.address_slowed/);
  } finally {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  }
});

test('a gigabyte is refused before it is sent', async () => {
  const started = Date.now();
  const answer = await api.raw(`POST /api/v1/stop HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.admin}\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n{`);
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.ok(Date.now() - started < 3000);
});

test('heads whose bodies never come hold nobody else up', async () => {
  const head = (more) => `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n${more}\r\n`;
  const plausible = `X-Shopify-Topic: orders/paid\r\nX-Shopify-Shop-Domain: sandbox.myshopify.com\r\nX-Shopify-Webhook-Id: never\r\nX-Shopify-Hmac-Sha256: ${'A'.repeat(43)}=\r\n`;
  for (const [more, statuses] of [['', { 401: 60 }], [plausible, { 408: 8, 503: 52 }]]) {
    const answers = [];
    let opened = 0;
    for (let i = 0; i < 60; i += 1) {
      const socket = net.connect(api.port, '127.0.0.1', () => socket.write(head(more), () => { opened += 1; }));
      answers.push(new Promise((resolve) => {
        let text = '';
        socket.on('data', (chunk) => { text += chunk; });
        socket.on('error', () => {});
        socket.on('close', () => resolve(text));
      }));
    }
    await until('all heads are sent', () => opened === 60, 5000, 5);
    const started = Date.now();
    assert.equal((await api.call('GET', '/healthz', { scope: null })).status, 200);
    assert.equal((await api.call('POST', `/api/v1/orders/${order}/hold`, { body: { reason: 5 } })).status, 400, 'who has a key is still read');
    assert.ok(Date.now() - started < 2000, `others waited ${Date.now() - started} ms`);
    const got = {};
    for (const text of await Promise.all(answers)) {
      const status = text.match(/^HTTP\/1\.1 (\d+) /)?.[1];
      got[status] = (got[status] ?? 0) + 1;
      assert.equal(/\r\nRetry-After: 1\r\n/.test(text), status === '503');
    }
    assert.deepEqual(got, statuses);
  }
});

test('five hundred requests at once are all answered', async () => {
  const kinds = [['/api/v1/orders', 200], ['/api/v1/status', 200], [`/api/v1/orders/${order}`, 200], ['/api/v1/jobs?state=dead', 200], ['/api/v1/orders?limit=0', 400], ['/nothing', 404]];
  // Idle connections make room for those who wait; a request that goes out on one at that moment goes out again, as with any client.
  const ask = (target) => api.call('GET', target).catch((error) => {
    if (error.cause?.cause?.code !== 'UND_ERR_SOCKET') throw error;
    return api.call('GET', target);
  });
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => ask(kinds[i % kinds.length][0]).then((a) => [a.status, kinds[i % kinds.length][1]])));
  const wrong = answers.filter(([got, wanted]) => got !== wanted);
  assert.deepEqual(wrong, []);
});

test('a hostile job in Redis is shown, not parsed to death', async () => {
  api.redis('LPUSH', 'queue:default', `{"jid":"deep","class":"noop","queue":"default","retry":true,"args":[${'['.repeat(400)}${']'.repeat(400)}]}`);
  api.redis('LPUSH', 'queue:default', `{"jid":"wide","class":"noop","queue":"default","args":[123456789012345678901234567890, 1e400]}`);
  api.redis('LPUSH', 'queue:default', '{"jid":"\u00ff');
  try {
    const answer = await api.call('GET', '/api/v1/jobs?queue=default');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.jobs.length, 3);
    assert.equal((await api.call('GET', '/api/v1/jobs/deep')).body.now.state, 'waiting');
  } finally {
    api.redis('DEL', 'queue:default');
  }
});
