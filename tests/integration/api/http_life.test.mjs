// Start, end, and life without Redis or Postgres.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { freePort, until } from '../../support/servers.mjs';
import { Api, sign } from './http_support.mjs';

test('TERM answers what is under way, then exits 0', async () => {
  const api = await Api.start('drain', 8);
  try {
    const body = '{"id":500}';
    const head = `POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nX-Shopify-Topic: orders/paid\r\nX-Shopify-Shop-Domain: sandbox.myshopify.com\r\n`
      + `X-Shopify-Webhook-Id: drains\r\nX-Shopify-Hmac-Sha256: ${sign(body)}\r\n\r\n`;
    let answer = '';
    const socket = net.connect(api.port, '127.0.0.1', () => socket.write(head + body.slice(0, 4)));
    socket.on('data', (chunk) => { answer += chunk; });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await until('the request is under way', async () => (await api.call('GET', '/metrics')).status === 200);
    api.child.kill('SIGTERM');
    await api.logged(/api\.stopping/);
    socket.write(body.slice(4));
    await closed;
    assert.match(answer, /^HTTP\/1\.1 200 OK/);
    assert.equal(api.rows('select * from outbox').length, 1);
    assert.deepEqual(await api.gone, { code: 0, signal: null });
  } finally {
    await api.stop();
  }
});

test('without Redis webhooks are still taken; what needs it says so', async () => {
  const api = await Api.start('noredis', 9);
  try {
    await api.end();
    const real = api.env.DROPSHIP_REDIS_URL;
    api.env.DROPSHIP_REDIS_URL = `redis://127.0.0.1:${await freePort()}/0`;
    await api.run();
    const ready = await api.call('GET', '/readyz', { scope: null });
    assert.equal(ready.status, 503);
    assert.deepEqual(ready.body.checks.map((c) => c.ok), [false, true, true]);
    assert.equal((await api.webhook({ id: 1 })).body.result, 'accepted');
    const status = await api.call('GET', '/api/v1/status');
    assert.equal(status.status, 200);
    assert.equal(status.body.jobs, null);
    assert.equal(status.body.problems.length, 1);
    assert.equal((await api.call('GET', '/api/v1/orders')).status, 200);
    const queues = await api.call('GET', '/api/v1/queues');
    assert.equal(queues.status, 503);
    assert.ok(Number(queues.headers.get('retry-after')) >= 1);
    assert.doesNotMatch(queues.text, /127\.0\.0\.1|refused/i);
    const text = (await api.call('GET', '/metrics')).text;
    assert.match(text, /dropship_up\{part="queues"\} 0/);
    assert.match(text, /dropship_up\{part="orders"\} 1/);
    api.env.DROPSHIP_REDIS_URL = real;
  } finally {
    await api.stop();
  }
});

test('without Postgres everything but the probes says later', async () => {
  const api = await Api.start('nodb', 10);
  try {
    await api.end();
    api.env.DROPSHIP_DATABASE_URL = `postgresql://nobody:hidden-password@127.0.0.1:${await freePort()}/x`;
    await api.run();
    assert.equal((await api.call('GET', '/readyz', { scope: null })).status, 503);
    for (const answer of [await api.call('GET', '/api/v1/orders'), await api.webhook({ id: 1 })]) {
      assert.equal(answer.status, 503);
      assert.doesNotMatch(answer.text, /nobody|hidden|127\.0\.0\.1/);
    }
    assert.doesNotMatch(api.log, /hidden-password/);
  } finally {
    await api.stop();
  }
});

test('when Postgres ends every session the next twenty requests are answered all the same', async () => {
  const api = await Api.start('reconnect', 11);
  const endSessions = () => Number(api.sql(`select count(pg_terminate_backend(pid)) from pg_stat_activity
    where application_name = 'dropship-api' and datname = current_database()`));
  const asks = {
    read: () => api.call('GET', '/api/v1/orders'),
    write: () => api.call('PUT', '/api/v1/flows/stock/interval', { body: { seconds: 600 } }),
    webhook: () => api.webhook({ id: 1 }),
  };
  const fine = Array(20).fill(200);
  try {
    for (const [what, ask] of Object.entries(asks)) {
      for (let round = 0; round < 2; round += 1) {
        await Promise.all(Array.from({ length: 24 }, asks.read)); // several sessions are open
        assert.ok(endSessions() >= 2, 'several sessions end');
        const statuses = [];
        for (let n = 0; n < 20; n += 1) statuses.push((await ask()).status);
        assert.deepEqual(statuses, fine, `${what}, one by one, round ${round}`);
        assert.ok(endSessions() >= 1);
        const together = await Promise.all(Array.from({ length: 10 }, ask)); // fewer than there are connections: none waits for one
        assert.deepEqual(together.map((answer) => answer.status), fine.slice(10), `${what}, together, round ${round}`);
      }
    }
  } finally {
    await api.stop();
  }
});

// Postgres behind a door that can be shut: every session breaks, none can be made.
async function doorTo(url) {
  const there = new URL(url);
  const here = new URL(url);
  const sockets = new Set();
  const server = net.createServer((client) => {
    const postgres = net.connect(Number(there.port), there.hostname);
    for (const [from, to] of [[client, postgres], [postgres, client]]) {
      sockets.add(from);
      from.setNoDelay();
      from.pipe(to);
      from.on('error', () => {});
      from.on('close', () => { sockets.delete(from); to.destroy(); });
    }
  });
  const port = await freePort();
  const open = () => new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  const shut = () => new Promise((resolve) => {
    server.close(resolve);
    for (const socket of sockets) socket.destroy();
  });
  await open();
  here.port = String(port);
  return { url: here.href, open, shut };
}

// Sessions that have answered within the last 20 ms are lent without being asked whether they are there.
test('a session that Postgres ends between two requests costs the next one nothing', async () => {
  const api = await Api.start('between', 11);
  const person = spawn('psql', ['-XqAt', '-d', api.databaseUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
  const endSessions = async () => {
    person.stdin.write(`select count(pg_terminate_backend(pid)) from pg_stat_activity
      where application_name = 'dropship-api' and datname = current_database();\n`);
    return Number((await once(person.stdout, 'data'))[0]);
  };
  const asks = [['GET', '/api/v1/orders'], ['GET', '/api/v1/status'], ['PUT', '/api/v1/flows/stock/interval', { body: { seconds: 600 } }]];
  try {
    for (const ask of asks) {
      const statuses = [];
      for (let n = 0; n < 40; n += 1) {
        await api.call(...ask);
        assert.ok(await endSessions() >= 1);
        statuses.push((await api.call(...ask)).status);
      }
      assert.deepEqual(statuses, Array(40).fill(200), ask.slice(0, 2).join(' '));
    }
    person.stdin.end();
    await once(person, 'exit');
  } finally {
    person.kill();
    await api.stop();
  }
});

test('while Postgres is away it is said at once, a live stream ends in good order, and all is well when it is back', async () => {
  const api = await Api.start('away', 11);
  const door = await doorTo(api.databaseUrl);
  try {
    await api.end();
    api.env.DROPSHIP_DATABASE_URL = door.url;
    await api.run();
    await Promise.all(Array.from({ length: 6 }, () => api.ok('GET', '/api/v1/orders')));
    let heard = '';
    const live = net.connect(api.port, '127.0.0.1', () => live.write(`GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.read}\r\n\r\n`));
    live.on('data', (chunk) => { heard += chunk; });
    await until('the stream has begun', () => /event: change/.test(heard));
    await door.shut();
    for (let n = 0; n < 20; n += 1) {
      const started = Date.now();
      const answer = n % 4 === 0 ? await api.webhook({ id: 1 }) : await api.call('GET', '/api/v1/orders');
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
      assert.ok(Date.now() - started < 3000, 'nothing hangs');
    }
    await until('the stream ends with its last chunk', () => /\r\n0\r\n\r\n$/.test(heard), 20000);
    live.destroy();
    await door.open();
    await until('answers again', async () => (await api.call('GET', '/api/v1/orders')).status === 200, 10000);
  } finally {
    api.env.DROPSHIP_DATABASE_URL = api.databaseUrl;
    await api.end();
    await door.shut();
    await api.stop();
  }
});

test('an address that cannot be used is said at once, with exit 2', async () => {
  const api = await Api.start('listen', 12);
  try {
    for (const listen of [`127.0.0.1:${api.port}`, '127.0.0.1:0', 'localhost', '127.0.0.1:80s', '8080,8081', '127.0.0.1:99999']) {
      const run = spawnSync(path.join(process.env.DROPSHIP_BIN, 'dropship-api'), [], { env: { ...api.env, DROPSHIP_LISTEN: listen }, encoding: 'utf8', timeout: 20000 });
      assert.equal(run.status, 2, `${listen}: ${run.stderr}`);
      assert.match(run.stderr, /listen/i);
    }
  } finally {
    await api.stop();
  }
});
