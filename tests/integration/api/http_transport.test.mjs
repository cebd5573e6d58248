// What lies between the socket and the handlers: connections that stay, entity tags, compression, the dashboard's files, TLS,
// proxies, the pool and the read replica.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { freePort, temporaryFolder, until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

const folder = temporaryFolder('transport');
const script = `console.log(1);\n${'// much text\n'.repeat(2000)}`;
let api;
before(async () => {
  const dist = path.join(folder, 'dist');
  fs.mkdirSync(path.join(dist, 'assets'), { recursive: true });
  fs.writeFileSync(path.join(dist, 'index.html'), '<!doctype html><title>x</title><script type="module" src="/assets/index-1a2b.js"></script>');
  fs.writeFileSync(path.join(dist, 'assets/index-1a2b.js'), script);
  fs.writeFileSync(path.join(dist, 'assets/index-1a2b.js.gz'), zlib.gzipSync(script));
  fs.writeFileSync(path.join(dist, 'assets/index-1a2b.js.br'), zlib.brotliCompressSync(script));
  fs.writeFileSync(path.join(dist, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  fs.writeFileSync(path.join(dist, '.secret'), 'x');
  fs.symlinkSync('/etc/passwd', path.join(dist, 'passwd'));
  api = await Api.start('transport', 16, { DROPSHIP_DASHBOARD_DIR: dist, DROPSHIP_TRUSTED_PROXIES: '127.0.0.3, 10.0.0.0/8' });
});
after(async () => {
  assert.deepEqual(await api.stop(), { code: 0, signal: null });
  fs.rmSync(folder, { recursive: true, force: true });
});

// One request by node's own client, which shows the raw bytes and can keep a connection.
function ask(target, { method = 'GET', headers = {}, agent = false, from = '127.0.0.1', tls = false, port = api.port } = {}) {
  return new Promise((resolve, reject) => {
    const request = (tls ? https : http).request({ host: '127.0.0.1', port, path: target, method, headers, agent, localAddress: from, rejectUnauthorized: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks), reused: request.reusedSocket }));
    });
    request.on('error', reject);
    request.end();
  });
}
const bearer = () => ({ authorization: `Bearer ${api.keys.read}` });

test('a connection carries many requests and is closed after a refusal', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const answers = [];
  for (let i = 0; i < 5; i += 1) answers.push(await ask('/api/v1/audit', { agent, headers: bearer() }));
  assert.ok(answers.every((a) => a.status === 200 && a.headers.connection === 'keep-alive'));
  assert.deepEqual(answers.map((a) => a.reused), [false, true, true, true, true]);
  assert.equal((await ask('/nothing/here.txt', { agent })).headers.connection, 'close');
  assert.equal((await ask('/healthz', { agent })).reused, false);
  assert.equal((await ask('/healthz', { agent, headers: { connection: 'close' } })).headers.connection, 'close');
  agent.destroy();
});

test('a list that has not changed is answered 304, one that has is not', async () => {
  api.order(2001);
  const first = await ask('/api/v1/export/orders', { headers: bearer() });
  assert.equal(first.headers.etag, undefined, 'a stream has none');
  const list = await ask('/api/v1/audit', { headers: bearer() });
  assert.match(list.headers.etag, /^W\/"[0-9a-f]{16}"$/);
  for (const tag of [list.headers.etag, `"x", ${list.headers.etag}`, list.headers.etag.slice(2), '*']) {
    const again = await ask('/api/v1/audit', { headers: { ...bearer(), 'if-none-match': tag } });
    assert.equal(again.status, 304, tag);
    assert.equal(again.body.length, 0);
    assert.equal(again.headers.etag, list.headers.etag);
    assert.equal(again.headers['content-length'], undefined);
  }
  api.sql("insert into audit (who, action, subject) values ('x', 'y', 'z')");
  assert.equal((await ask('/api/v1/audit', { headers: { ...bearer(), 'if-none-match': list.headers.etag } })).status, 200);
});

test('JSON of some size is compressed for who asks; HEAD tells what GET would', async () => {
  api.sql("insert into audit (who, action, subject) select 'many', 'y', repeat('z', 100) from generate_series(1, 100)");
  const plain = await ask('/api/v1/audit?limit=100&who=many', { headers: bearer() });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary?.includes('Accept-Encoding'), true);
  const packed = await ask('/api/v1/audit?limit=100&who=many', { headers: { ...bearer(), 'accept-encoding': 'br, gzip;q=0.5' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.ok(packed.body.length < plain.body.length / 3);
  assert.deepEqual(zlib.gunzipSync(packed.body), plain.body);
  for (const refused of ['gzip;q=0', 'identity', 'gzipped']) {
    assert.equal((await ask('/api/v1/audit?limit=100&who=many', { headers: { ...bearer(), 'accept-encoding': refused } })).headers['content-encoding'], undefined, refused);
  }
  const head = await ask('/api/v1/audit?limit=100&who=many', { method: 'HEAD', headers: bearer() });
  assert.deepEqual([head.status, head.body.length, head.headers['content-length'], head.headers.etag], [200, 0, String(plain.body.length), plain.headers.etag]);
});

test('the dashboard is served from memory, compressed, cached, for every page of it', async () => {
  const index = await ask('/');
  assert.equal(index.status, 200);
  assert.match(index.headers['content-type'], /^text\/html/);
  assert.equal(index.headers['cache-control'], 'no-cache');
  assert.match(index.headers['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.doesNotMatch(index.headers['content-security-policy'], /unsafe|\*/);
  for (const page of ['/orders', '/orders/1042', '/jobs/dead', '/login', '/index.html']) assert.deepEqual((await ask(page)).body, index.body, page);
  assert.equal((await ask('/orders', { headers: { 'if-none-match': index.headers.etag } })).status, 304);
  for (const [accepts, coding, unpack] of [['gzip, br', 'br', zlib.brotliDecompressSync], ['gzip', 'gzip', zlib.gunzipSync], ['', undefined, (b) => b], ['br;q=0', undefined, (b) => b]]) {
    const got = await ask('/assets/index-1a2b.js', { headers: { 'accept-encoding': accepts } });
    assert.equal(got.headers['content-encoding'], coding);
    assert.equal(String(unpack(got.body)), script);
    assert.equal(got.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(got.headers['content-type'], /^text\/javascript/);
    assert.equal(got.headers.vary, 'Accept-Encoding');
  }
  assert.match((await ask('/favicon.svg')).headers['content-type'], /svg/);
  assert.deepEqual((await ask('/passwd')).body, index.body, 'a link is no file');
  for (const none of ['/.secret', '/assets/index-1a2b.js.gz', '/assets/none.js', '/assets/', '/assets', '/orders/', '/../dist/index.html', '/%2e%2e/passwd', '/api', '/api/v1/none', '/webhooks/x',
    '/API/v1/status', '/METRICS', '/a//b', '/x.php', '/a/b/c/d/e']) {
    assert.equal((await ask(none)).status, 404, none);
  }
  assert.equal((await ask('/orders', { method: 'POST' })).status, 404);
});

test('only a trusted proxy is believed about the client and its TLS', async () => {
  const headers = { 'x-forwarded-for': '192.0.2.9, 203.0.113.5, 10.1.2.3', 'x-forwarded-proto': 'https' };
  const trusted = await ask('/api/v1/orders', { from: '127.0.0.3', headers });
  assert.equal(trusted.headers['strict-transport-security'], 'max-age=31536000');
  await until('its client is logged', () => api.log.includes('"address":"203.0.113.5"'));
  const stranger = await ask('/api/v1/orders', { from: '127.0.0.4', headers });
  assert.equal(stranger.headers['strict-transport-security'], undefined);
  await until('the peer is logged', () => api.log.includes('"address":"127.0.0.4"'));
  assert.doesNotMatch(api.log, /"address":"192\.0\.2\.9"|"address":"10\.1\.2\.3"/);
  await ask('/api/v1/orders', { from: '127.0.0.3', headers: { 'x-forwarded-for': 'nonsense' } });
  await until('what is no address is not believed', () => api.log.includes('"address":"127.0.0.3"'));
});

test('when all connections to Postgres stay in use, a request is told to come back; probes go on', async () => {
  await api.end();
  api.env.DROPSHIP_DATABASE_CONNECTIONS = '1';
  await api.run();
  assert.equal((await api.call('GET', '/api/v1/audit')).status, 200);
  const psql = spawn('psql', ['-XqAt', '-d', api.databaseUrl], { stdio: ['pipe', 'ignore', 'inherit'] });
  psql.stdin.write('begin; lock table audit in access exclusive mode;\n');
  await until('the table is locked', () => api.sql("select count(*) from pg_locks where relation = 'audit'::regclass and mode = 'AccessExclusiveLock' and granted") === '1');
  const waiting = api.call('GET', '/api/v1/audit');
  await until('the only connection waits', () => api.sql("select count(*) from pg_locks where relation = 'audit'::regclass and not granted") === '1');
  const refused = await api.call('GET', '/api/v1/settings');
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.equal((await api.call('GET', '/healthz', { scope: null })).status, 200);
  assert.equal((await ask('/orders')).status, 200, 'the dashboard needs none');
  psql.stdin.end('rollback;\n');
  assert.equal((await waiting).status, 200);
  assert.equal((await api.call('GET', '/api/v1/settings')).status, 200);
  delete api.env.DROPSHIP_DATABASE_CONNECTIONS;
});

test('reads come from the replica while it is there, and from the primary when it is not', async () => {
  await api.end();
  api.env.DROPSHIP_DATABASE_READ_URL = `postgresql://dropship@127.0.0.1:${await freePort()}/none`;
  await api.run();
  assert.equal((await api.call('GET', '/api/v1/audit')).status, 200);
  await api.logged(/api\.replica_left/);
  await api.end();
  // A "replica" that can be told from the primary: the same server, its sessions read-only and named by their options.
  api.env.DROPSHIP_DATABASE_READ_URL = `${api.databaseUrl}?options=-c%20default_transaction_read_only%3Don%20-c%20geqo_threshold%3D13`;
  await api.run();
  assert.equal((await api.call('GET', '/api/v1/audit')).status, 200);
  assert.equal((await api.call('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: '61' } })).status, 200, 'writes go to the primary');
  assert.equal((await api.call('GET', '/api/v1/export/activity')).status, 200);
  const sessions = api.rows("select count(*) as n from pg_stat_activity where application_name = 'dropship-api' and datname = current_database()");
  assert.ok(sessions[0].n >= 2);
  delete api.env.DROPSHIP_DATABASE_READ_URL;
});

test('TLS with a certificate: HTTPS only, TLS 1.2 at least, HSTS, and clear words when it cannot be', async () => {
  await api.end();
  const file = (name) => path.join(folder, name);
  const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
  make('one');
  make('two');
  fs.writeFileSync(file('both.pem'), fs.readFileSync(file('one.pem')) + fs.readFileSync(file('one.key')));
  for (const env of [{ DROPSHIP_TLS_CERTIFICATE: file('both.pem') }, { DROPSHIP_TLS_CERTIFICATE: file('one.pem'), DROPSHIP_TLS_KEY: file('one.key') }]) {
    const program = { port: await freePort(), log: '' };
    program.child = spawn(path.join(process.env.DROPSHIP_BIN, 'dropship-api'), [], { env: { ...api.env, ...env, DROPSHIP_LISTEN: `127.0.0.1:${program.port}` }, stdio: ['ignore', 'ignore', 'pipe'] });
    program.child.stderr.on('data', (text) => { program.log += text; });
    program.gone = new Promise((resolve) => { program.child.on('exit', (code, signal) => resolve({ code, signal })); });
    await until('it listens', () => /api\.listening/.test(program.log), 20000);
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push(await ask('/api/v1/audit', { tls: true, port: program.port, agent, headers: bearer() }));
    assert.deepEqual(answers.map((a) => [a.status, a.reused, a.headers['strict-transport-security']]), [[200, false, 'max-age=31536000'], [200, true, 'max-age=31536000'], [200, true, 'max-age=31536000']]);
    agent.destroy();
    await assert.rejects(ask('/healthz', { port: program.port }), 'plain HTTP is not spoken');
    const old = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${program.port}`, '-tls1_1', '-cipher', 'DEFAULT:@SECLEVEL=0'], { input: '', encoding: 'utf8', timeout: 10000 });
    assert.notEqual(old.status, 0);
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.gone, { code: 0, signal: null });
  }
  for (const [env, said] of [[{ DROPSHIP_TLS_CERTIFICATE: file('none.pem') }, /DROPSHIP_TLS_CERTIFICATE/], [{ DROPSHIP_TLS_CERTIFICATE: file('one.pem') }, /DROPSHIP_TLS_KEY/],
    [{ DROPSHIP_TLS_CERTIFICATE: file('one.pem'), DROPSHIP_TLS_KEY: file('two.key') }, /DROPSHIP_TLS_KEY/], [{ DROPSHIP_TRUSTED_PROXIES: '10.0.0.0/33' }, /DROPSHIP_TRUSTED_PROXIES/]]) {
    const run = spawnSync(path.join(process.env.DROPSHIP_BIN, 'dropship-api'), [], { env: { ...api.env, ...env }, encoding: 'utf8', timeout: 20000 });
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, said);
  }
  await api.run();
});
