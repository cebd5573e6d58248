// Writes with an Idempotency-Key are done once, whatever happens between.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => {
  api = await Api.start('idempotency', 9);
  api.redis('SADD', 'queues', 'fulfillment');
});
after(async () => { await api?.stop(); });

// body null: none
const send = (key, target = '/api/v1/jobs', body = { type: 'noop' }, more = {}) =>
  api.call(more.method ?? 'POST', target, { scope: more.scope ?? 'operate', body: body ?? undefined, headers: { 'idempotency-key': key, ...more.headers } });
const jobs = () => Number(api.redis('LLEN', 'queue:default'));
const lines = (action) => Number(api.sql(`select count(*) from audit where action = '${action}'`));
const rows = (key) => api.rows(`select * from idempotency where key = '${key}'`);

// Keeps a table locked until it is released.
async function hold(table) {
  const child = spawn('psql', ['-XqAt', '-d', api.databaseUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stdin.write(`begin;\nlock table ${table} in exclusive mode;\nselect 'held';\n`);
  await until(`${table} is locked`, () => out.includes('held'), 10000, 10);
  return () => new Promise((resolve) => { child.on('exit', resolve); child.stdin.end('rollback;\n'); });
}
const waits = (text) => until(`somebody waits: ${text}`, () => api.sql(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%${text}%' and datname = current_database() and pid <> pg_backend_pid()`) !== '0', 10000, 20);

test('the first such write forgets those of the day before yesterday', async () => {
  api.sql(`insert into idempotency (caller, key, request_sha256, request_id, created_at) values ('key:1', 'old', 'x', 'y', now() - interval '25 hours'), ('key:1', 'young', 'x', 'y', now() - interval '23 hours')`);
  assert.equal((await send('first')).status, 200);
  await until('the old one is gone', () => rows('old').length === 0, 3000);
  assert.equal(rows('young').length, 1);
});

test('a POST that only asks is done each time and keeps no row', async () => {
  const body = { kind: 'multiplier', spec: { factor_e3: 2000 } };
  for (let i = 0; i < 2; i += 1) {
    const answer = await send('asks', '/api/v1/pricing-rules/preview', body, { scope: 'read' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('idempotency-replayed'), null);
  }
  assert.deepEqual(rows('asks'), []);
  assert.equal((await send('x'.repeat(129), '/api/v1/pricing-rules/preview', body, { scope: 'read' })).status, 400);
});

test('what is forgotten keeps up with what is written', async () => {
  await api.end();
  await api.run();
  api.sql("insert into idempotency (caller, key, request_sha256, request_id, created_at) select 'key:1', 'aged' || i, 'x', 'y', now() - interval '25 hours' from generate_series(1, 2500) as i");
  for (let i = 0; i < 3; i += 1) assert.equal((await send(`keeps-up-${i}`)).status, 200);
  await until('all old ones are gone', () => api.sql("select count(*) from idempotency where key like 'aged%'") === '0', 3000);
});

test('a repeat gets the stored answer and nothing is done', async () => {
  const before = jobs();
  const first = await send('once');
  assert.equal(first.status, 200);
  assert.equal(first.headers.get('idempotency-replayed'), null);
  for (let i = 0; i < 3; i += 1) {
    const again = await send('once');
    assert.equal(again.status, 200);
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotency-replayed'), 'true');
    assert.equal(again.headers.get('content-type'), first.headers.get('content-type'));
    assert.notEqual(again.headers.get('x-request-id'), first.headers.get('x-request-id'));
  }
  assert.equal(jobs(), before + 1);
  assert.equal(rows('once')[0].request_id, first.headers.get('x-request-id'));
  assert.equal(api.sql(`select count(*) from audit where request = '${first.headers.get('x-request-id')}' and action = 'job.enqueue'`), '1');
});

test('the key belongs to one request', async () => {
  const before = jobs();
  await send('mine');
  for (const [target, body, more] of [['/api/v1/jobs', { type: 'noop', args: [1] }], ['/api/v1/jobs', ' {"type":"noop"}', { headers: { 'content-type': 'application/json' } }], ['/api/v1/stop', null],
    ['/api/v1/queues/fulfillment/pause', null], ['/api/v1/settings', { name: 'orders.grace_s', value: 5 }, { method: 'PUT', scope: 'operate' }]]) {
    const answer = await send('mine', target, body, more);
    assert.ok([422, 403].includes(answer.status), `${target}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
  assert.equal(jobs(), before + 1);
  assert.equal(api.sql("select count(*) from setting where name = 'stop'"), '0');
});

test('the key is bound to its caller, whether by key or by login', async () => {
  const before = jobs();
  const first = await send('ours');
  const other = await send('ours', '/api/v1/jobs', { type: 'noop' }, { scope: 'admin' });
  assert.equal(other.status, 200);
  assert.notEqual(other.body.jid, first.body.jid);
  const login = await api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.operate } });
  const same = await api.call('POST', '/api/v1/jobs', { scope: null, body: { type: 'noop' }, headers: { cookie: login.headers.get('set-cookie').split(';')[0], 'x-csrf-token': login.body.csrf, 'idempotency-key': 'ours' } });
  assert.equal(same.body.jid, first.body.jid);
  assert.equal(jobs(), before + 2);
});

test('of many at once one is done', async () => {
  const before = jobs();
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(`many-${round}`)));
    const done = answers.filter((a) => a.status === 200);
    assert.ok(done.length >= 1);
    assert.equal(new Set(done.map((a) => a.text)).size, 1);
    assert.equal(done.filter((a) => a.headers.get('idempotency-replayed') === null).length, 1);
    for (const answer of answers.filter((a) => a.status !== 200)) {
      assert.equal(answer.status, 409, answer.text);
      assert.equal(answer.body.outcome, 'running');
      assert.equal(answer.headers.get('retry-after'), '1');
    }
  }
  assert.equal(jobs(), before + 5);
});

test('what the handler refuses is stored, what was never tried is not', async () => {
  const refused = await send('gone', '/api/v1/jobs/nothing/retry', null);
  assert.equal(refused.status, 404);
  const again = await send('gone', '/api/v1/jobs/nothing/retry', null);
  assert.deepEqual([again.status, again.text, again.headers.get('idempotency-replayed')], [404, refused.text, 'true']);
  assert.match(again.headers.get('content-type'), /problem\+json/);
  assert.equal((await send('later', '/api/v1/jobs', { type: 'noop', args: 5 })).status, 400);
  assert.equal((await send('later', '/api/v1/settings', { name: 'stop', value: true }, { method: 'PUT' })).status, 403);
  assert.equal((await send('later')).status, 200, 'the key is still free');
});

test('what could not be done just now may be tried again', async () => {
  const before = jobs();
  api.redis('CONFIG', 'SET', 'maxmemory', '1');
  try {
    assert.equal((await send('full')).status, 503);
    assert.deepEqual(rows('full'), []);
  } finally {
    api.redis('CONFIG', 'SET', 'maxmemory', '0');
  }
  await until('Redis takes jobs again', async () => (await send('full')).status === 200, 10000, 200);
  assert.equal(jobs(), before + 1);
});

test('a failure that may have done something is not repeated', async () => {
  api.sql('alter table audit rename to hidden');
  try {
    assert.equal((await send('broken')).status, 500);
  } finally {
    api.sql('alter table hidden rename to audit');
  }
  const again = await send('broken');
  assert.equal(again.status, 409);
  assert.equal(again.body.outcome, 'unknown');
});

test('keys of other forms are refused and GET takes none', async () => {
  for (const key of ['', 'x'.repeat(129), 'two words', 'tab\there', '\u00e9']) assert.equal((await send(key)).status, 400, key);
  const twice = await api.raw(`POST /api/v1/stop HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.operate}\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  assert.match(twice, /^HTTP\/1\.1 400 /);
  assert.equal((await send(`!"'\\;--${'~'.repeat(120)}`)).status, 200);
  assert.equal((await api.call('GET', '/api/v1/orders', { headers: { 'idempotency-key': '' } })).status, 200);
});

test('a new key is made once, and its text is stored nowhere', async () => {
  const body = { name: 'made-once', scope: 'read' };
  const first = await send('key', '/api/v1/keys', body, { scope: 'admin' });
  assert.equal(first.status, 200);
  const again = await send('key', '/api/v1/keys', body, { scope: 'admin' });
  assert.equal(again.status, 409);
  assert.equal(again.body.outcome, 'done');
  assert.equal(api.sql(`select count(*) from idempotency where to_jsonb(idempotency)::text like '%${first.body.key.slice(3)}%'`), '0');
  assert.equal(api.sql("select count(*) from api_key where name = 'made-once'"), '1');
});

test('a login is no such write', async () => {
  const login = () => api.call('POST', '/api/v1/session', { scope: null, body: { key: api.keys.read }, headers: { 'idempotency-key': 'login' } });
  assert.notEqual((await login()).headers.get('set-cookie'), (await login()).headers.get('set-cookie'));
  assert.deepEqual(rows('login'), []);
});

// The program is killed while the handler waits for the audit.
async function cutOff(key, target, body, more) {
  const release = await hold('audit');
  const cut = send(key, target, body, more).catch((error) => error);
  try {
    await waits('audit');
    const running = await send(key, target, body, more);
    assert.deepEqual([running.status, running.body.outcome], [409, 'running']);
  } finally {
    api.child.kill('SIGKILL');
    await api.gone;
    await release();
  }
  assert.ok((await cut) instanceof Error);
  await until('the session of the killed program is over', () => api.sql("select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.datname = current_database()") === '0', 20000);
  await api.run();
}

test('a POST that was cut off is not done again, and the repeat is told so', async () => {
  await cutOff('cut', '/api/v1/queues/fulfillment/pause', null);
  const before = lines('queue.pause');
  for (let i = 0; i < 2; i += 1) {
    const again = await send('cut', '/api/v1/queues/fulfillment/pause', null);
    assert.deepEqual([again.status, again.body.outcome], [409, 'unknown'], again.text);
    assert.match(again.body.detail, /may or may not/);
  }
  assert.equal(lines('queue.pause'), before);
  assert.equal((await send('another', '/api/v1/queues/fulfillment/pause', null)).status, 200);
});

test('a PUT that was cut off is done again, since its meaning allows it', async () => {
  const args = ['put', '/api/v1/settings', { name: 'orders.grace_s', value: 77 }, { method: 'PUT', scope: 'admin' }];
  await cutOff(...args);
  const again = await send(...args);
  assert.equal(again.status, 200, again.text);
  assert.equal(again.headers.get('idempotency-replayed'), null);
  assert.equal((await send(...args)).headers.get('idempotency-replayed'), 'true');
  assert.equal(api.sql("select value from setting where name = 'orders.grace_s'"), '77');
});

test('a write that was committed before the cut is known to be done', async () => {
  const id = api.order(7001, 'approval');
  const target = `/api/v1/orders/${id}/hold`;
  const releaseAudit = await hold('audit');
  const cut = send('committed', target, { reason: 'look' }).catch((error) => error);
  await waits('audit');
  const releaseRows = await hold('idempotency');
  await releaseAudit();
  await waits('idempotency');
  assert.equal(api.sql(`select state from shop_order where id = ${id}`), 'held');
  api.child.kill('SIGKILL');
  await api.gone;
  await releaseRows();
  await cut;
  api.sql("update idempotency set state = 'running', status = null, type = null, body = null, done_at = null where key = 'committed'");
  await until('its lock is gone', () => api.sql("select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.datname = current_database()") === '0', 20000);
  await api.run();
  const again = await send('committed', target, { reason: 'look' });
  assert.deepEqual([again.status, again.body.outcome], [409, 'done'], again.text);
  assert.equal(api.sql(`select count(*) from audit where subject = 'order:${id}'`), '1');
});
