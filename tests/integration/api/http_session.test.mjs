// The dashboard's login: cookie, forged requests, and how it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('session', 1, { DROPSHIP_TRUSTED_PROXIES: '127.0.0.1' }); });
after(async () => { await api?.stop(); });

const at = '/api/v1/session';
const bare = (method, target, headers = {}, body) => api.call(method, target, { scope: null, headers, body });

// { cookie, csrf, ... } of a new login
async function login(key = api.keys.operate, headers = {}) {
  const answer = await bare('POST', at, headers, { key });
  assert.equal(answer.status, 200, answer.text);
  const line = answer.headers.get('set-cookie');
  return { ...answer.body, line, cookie: line.split(';')[0], token: line.match(/=([0-9a-f]{64});/)[1] };
}
const put = (s, more = {}) => bare('POST', '/api/v1/queues/fulfillment/pause', { cookie: s.cookie, 'x-csrf-token': s.csrf, ...more });

test('a login gives a cookie no script can read, and tells who it is', async () => {
  const s = await login();
  assert.match(s.line, /^dropship_session=[0-9a-f]{64}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/);
  assert.deepEqual([s.name, s.scope], ['operate', 'operate']);
  assert.match(s.csrf, /^[0-9a-f]{64}$/);
  assert.notEqual(s.csrf, s.token);
  assert.ok(Date.parse(s.expires_at) > Date.now() + 6 * 24 * 3600e3);
  const again = await bare('GET', at, { cookie: `theme=dark; ${s.cookie}; other=1` });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, { name: s.name, scope: s.scope, csrf: s.csrf, expires_at: s.expires_at });
  assert.equal((await bare('GET', '/api/v1/orders', { cookie: s.cookie })).status, 200);
  assert.equal(api.sql(`select count(*) from session where token_sha256 like '%${s.token}%' or token_sha256 = encode(sha256('${s.token}'), 'hex')`), '1');
  assert.equal(api.sql("select count(*) from session where to_jsonb(session)::text like '%" + s.token + "%'"), '0', 'stored hashed');
  assert.equal(api.sql("select string_agg(who, ',') from audit where action = 'session.start'"), 'key:operate');
});

test('behind a proxy that speaks TLS the cookie is for TLS alone, and the login knows the client', async () => {
  const s = await login(api.keys.read, { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' });
  assert.match(s.line, /; HttpOnly; SameSite=Strict; Secure$/);
  assert.equal(api.sql(`select address from session where token_sha256 = encode(sha256('${s.token}'), 'hex')`), '203.0.113.9');
  assert.doesNotMatch((await login(api.keys.read, { 'x-forwarded-proto': 'http' })).line, /Secure/);
});

test('who is not logged in is told so, however often, and a key has no session', async () => {
  for (let i = 0; i < 15; i += 1) assert.equal((await bare('GET', at)).status, 401, 'a page that asks does not fail');
  const answer = await api.call('GET', at);
  assert.equal(answer.status, 401);
  assert.match(answer.body.detail, /a key needs none/);
  assert.equal((await api.call('DELETE', at)).status, 401);
});

test('a write by cookie needs the token of its own session', async () => {
  const s = await login();
  const other = await login();
  assert.notEqual(s.token, other.token);
  for (const headers of [{ 'x-csrf-token': '' }, { 'x-csrf-token': other.csrf }, { 'x-csrf-token': s.token }, { 'x-csrf-token': s.csrf.toUpperCase() }, { 'x-csrf-token': `${s.csrf}0` },
    { 'x-csrf-token': `${s.csrf}, ${s.csrf}` }]) {
    const answer = await put(s, headers);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
  const twice = await api.raw(`POST /api/v1/stop HTTP/1.1\r\nHost: x\r\nCookie: ${s.cookie}\r\nX-CSRF-Token: ${s.csrf}\r\nX-CSRF-Token: ${other.csrf}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  assert.match(twice, /^HTTP\/1\.1 403 /);
  assert.equal((await bare('POST', '/api/v1/stop', { cookie: s.cookie })).status, 403);
  assert.equal((await bare('DELETE', at, { cookie: s.cookie })).status, 403, 'logging out is a write');
  assert.equal(api.sql("select count(*) from setting where name = 'stop'"), '0');
  api.redis('SADD', 'queues', 'fulfillment');
  assert.equal((await put(s)).status, 200);
  assert.equal(api.sql("select who from audit where action = 'queue.pause'"), 'key:operate');
});

test('a write by cookie must come from our own pages', async () => {
  const s = await login();
  const host = `127.0.0.1:${api.port}`;
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }, { origin: `http://${host}.evil.example` },
    { origin: `http://evil.example/${host}` }, { 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, { origin: `http://127.0.0.1:${api.port + 1}` }]) {
    const answer = await put(s, headers);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.match(answer.body.detail, /own pages/);
  }
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: `http://${host}` }, { origin: `https://${host}` }, { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' }]) {
    assert.equal((await put(s, headers)).status, 200, JSON.stringify(headers));
  }
});

test('the login itself is refused to other pages, and to bodies that are none', async () => {
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
    const answer = await bare('POST', at, headers, { key: api.keys.admin });
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.equal(answer.headers.get('set-cookie'), null);
  }
  const form = await bare('POST', at, { 'content-type': 'application/x-www-form-urlencoded' }, `key=${api.keys.admin}`);
  assert.equal(form.status, 415);
  assert.equal((await bare('POST', at, { 'content-type': 'text/plain' }, JSON.stringify({ key: api.keys.admin }))).status, 415);
  for (const body of [{}, { key: 5 }, { key: '' }, { key: 'x'.repeat(201) }, { key: 'a\u0000b' }, { key: api.keys.read, scope: 'admin' }, { key: null }]) {
    assert.equal((await bare('POST', at, {}, body)).status, 400, JSON.stringify(body));
  }
  assert.equal((await bare('PUT', at, {}, { key: api.keys.read })).status, 405);
});

test('forged cookies open nothing and are taken back', async () => {
  const s = await login();
  const forged = ['dropship_session=', 'dropship_session=x', `dropship_session=${'0'.repeat(64)}`, `dropship_session=${s.token.toUpperCase()}`, `dropship_session=${s.token}0`, `dropship_session="${s.token}"`,
    `dropship_session=${s.token.slice(0, 63)}`, `dropship_session=${s.token}%00`, `dropship_session=' or 1=1 --`, `dropship_session=${api.keys.admin}`];
  for (const cookie of forged) {
    const answer = await bare('GET', '/api/v1/orders', { cookie });
    assert.equal(answer.status, 401, cookie);
    assert.match(answer.headers.get('set-cookie'), /^dropship_session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/, cookie);
  }
  for (const cookie of [`Dropship_Session=${s.token}`, `xdropship_session=${s.token}`, `x=dropship_session=${s.token}`, 'dropship_session']) {
    const answer = await bare('GET', '/api/v1/orders', { cookie });
    assert.equal(answer.status, 401, cookie);
    assert.equal(answer.headers.get('set-cookie'), null, 'not ours');
  }
});

test('of two cookies of our name neither counts', async () => {
  const s = await login();
  const planted = await login(api.keys.read);
  for (const pair of [[s, planted], [planted, s], [s, s]]) {
    assert.equal((await bare('GET', at, { cookie: `${pair[0].cookie}; ${pair[1].cookie}` })).status, 401);
    const twice = await api.raw(`GET ${at} HTTP/1.1\r\nHost: x\r\nCookie: ${pair[0].cookie}\r\nCookie: ${pair[1].cookie}\r\nConnection: close\r\n\r\n`);
    assert.match(twice, /^HTTP\/1\.1 401 /);
  }
  assert.equal((await bare('GET', at, { cookie: `dropship_session=x; ${s.cookie}` })).status, 401);
});

test('a key in the header counts alone, whatever cookie comes with it', async () => {
  const s = await login(api.keys.admin);
  api.redis('SADD', 'queues', 'fulfillment');
  const both = (key) => bare('POST', '/api/v1/queues/fulfillment/resume', { cookie: s.cookie, authorization: key });
  assert.equal((await both(`Bearer ${api.keys.read}`)).status, 403, 'the scope of the key, not of the login');
  assert.equal((await both(`Bearer ds_${'0'.repeat(64)}`)).status, 401, 'a wrong key does not fall back to the cookie');
  assert.equal((await both('Basic eDp5')).status, 401);
  assert.equal((await both(`Bearer ${api.keys.operate}`)).status, 200, 'a key needs no token');
  assert.equal(api.sql("select who from audit where action = 'queue.resume'"), 'key:operate');
});

test('a login takes a new id, whatever cookie was planted, and ends the one it replaces', async () => {
  const planted = 'a'.repeat(64);
  const s = await login(api.keys.operate, { cookie: `dropship_session=${planted}` });
  assert.notEqual(s.token, planted);
  assert.equal((await bare('GET', at, { cookie: `dropship_session=${planted}` })).status, 401);
  const next = await login(api.keys.operate, { cookie: s.cookie });
  assert.equal((await bare('GET', at, { cookie: s.cookie })).status, 401);
  assert.equal((await bare('GET', at, { cookie: next.cookie })).status, 200);
});

test('logging out ends the session at once and is in the audit', async () => {
  const s = await login();
  assert.equal((await bare('GET', at, { cookie: s.cookie })).status, 200);
  const out = await bare('DELETE', at, { cookie: s.cookie, 'x-csrf-token': s.csrf });
  assert.deepEqual([out.status, out.body], [200, { ended: true }]);
  assert.match(out.headers.get('set-cookie'), /^dropship_session=; .*Max-Age=0/);
  assert.equal((await bare('GET', at, { cookie: s.cookie })).status, 401);
  assert.equal((await put(s)).status, 401);
  assert.equal(api.sql("select count(*) from audit where action = 'session.end' and who = 'key:operate'"), '1');
});

test('a session ends unused, and at its time however much it is used', async () => {
  for (const change of ["last_used_at = now() - interval '8 hours'", "expires_at = now() - interval '1 second'"]) {
    const s = await login();
    assert.equal((await bare('GET', at, { cookie: s.cookie })).status, 200);
    api.sql(`update session set ${change} where token_sha256 = encode(sha256('${s.token}'), 'hex')`);
    await until('the session is over', async () => (await bare('GET', at, { cookie: s.cookie })).status === 401, 3000);
  }
  const s = await login();
  api.sql(`update session set last_used_at = now() - interval '2 minutes' where token_sha256 = encode(sha256('${s.token}'), 'hex')`);
  await until('its use is noted', async () => {
    await bare('GET', at, { cookie: s.cookie });
    return api.sql(`select last_used_at > now() - interval '30 seconds' from session where token_sha256 = encode(sha256('${s.token}'), 'hex')`) === 't';
  }, 4000);
});

test('revoking the key ends its sessions within two seconds', async () => {
  const key = JSON.parse(api.cli('key', 'create', 'leaver', '--scope', 'admin', '--json')).key;
  const s = await login(key);
  assert.equal((await bare('GET', '/api/v1/orders', { cookie: s.cookie })).status, 200);
  assert.equal((await bare('GET', '/api/v1/orders', { authorization: `Bearer ${key}` })).status, 200);
  api.cli('key', 'revoke', 'leaver');
  const revoked = Date.now();
  await until('two seconds are over', () => Date.now() - revoked >= 2000, 5000, 20);
  assert.equal((await bare('GET', '/api/v1/orders', { cookie: s.cookie })).status, 401);
  assert.equal((await bare('GET', '/api/v1/orders', { authorization: `Bearer ${key}` })).status, 401);
  assert.equal((await bare('POST', at, {}, { key })).status, 401);
  assert.equal(api.sql("select count(*) from session s join api_key k on k.id = s.key_id where k.name = 'leaver'"), '0');
});

test('a revocation is not undone by a login again that comes in the middle of it', async () => {
  const { key } = await api.ok('POST', '/api/v1/keys', { body: { name: 'torn', scope: 'read' } });
  const old = await login(key);
  const psql = spawn('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', api.databaseUrl]);
  let said = '';
  for (const stream of [psql.stdout, psql.stderr]) stream.on('data', (text) => { said += text; });
  const gone = new Promise((resolve) => psql.on('exit', resolve));
  psql.stdin.write("begin; update api_key set revoked_at = now() where name = 'torn' returning 'revoked';\n");
  await until('the key is locked', () => said.includes('revoked'));
  const again = bare('POST', at, { cookie: old.cookie }, { key });
  await until('the login waits', () => api.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") === '1');
  psql.stdin.end("delete from session where key_id = (select id from api_key where name = 'torn'); commit;\n");
  assert.equal(await gone, 0, said);
  assert.equal((await again).status, 401);
  assert.equal(api.sql("select count(*) from session s join api_key k on k.id = s.key_id where k.name = 'torn'"), '0');
});

test('one key has at most fifty sessions, the newest', async () => {
  const first = await login(api.keys.read);
  await Promise.all(Array.from({ length: 50 }, () => login(api.keys.read)));
  assert.equal(api.sql("select count(*) from session s join api_key k on k.id = s.key_id where k.name = 'read'"), '50');
  assert.equal((await bare('GET', at, { cookie: first.cookie })).status, 401);
});

test('wrong keys lock the address out by rate, but a right one always logs in', async () => {
  let answer;
  for (let i = 0; i < 30; i += 1) {
    answer = await bare('POST', at, {}, { key: i % 2 ? 'guess' : `ds_${String(i).padStart(64, '0')}` });
    if (answer.status === 429) break;
    assert.equal(answer.status, 401);
    assert.match(answer.headers.get('ratelimit'), /"failed-auth";r=\d/);
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) >= 1);
  assert.match(answer.headers.get('ratelimit'), /"failed-auth";r=0/);
  await login(api.keys.admin);
});
