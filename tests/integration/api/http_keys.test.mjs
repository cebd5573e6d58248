// Keys as a resource.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('keys', 6); });
after(async () => { await api?.stop(); });

const at = '/api/v1/keys';

test('a key is made, shown once, used and listed', async () => {
  const made = await api.ok('POST', at, { body: { name: 'script.1', scope: 'read' } });
  assert.match(made.key, /^ds_[0-9a-f]{64}$/);
  assert.deepEqual([made.name, made.scope], ['script.1', 'read']);
  await api.ok('GET', '/api/v1/orders', { key: made.key });
  const answer = await api.call('GET', at);
  assert.equal(answer.body.next, null);
  const row = answer.body.keys.find((k) => k.name === 'script.1');
  assert.equal(row.scope, 'read');
  assert.equal(made.key.startsWith(row.hint), true);
  assert.ok(row.last_used_at);
  assert.equal(row.revoked_at, null);
  assert.doesNotMatch(answer.text, /ds_[0-9a-f]{10}/);
  assert.equal(api.sql("select who || ' ' || subject from audit where action = 'key.create' and who = 'key:admin'"), 'key:admin script.1');
});

test('only admin may see or change keys, and names are checked', async () => {
  for (const scope of ['read', 'operate']) {
    await api.refused(403, 'GET', at, { scope });
    await api.refused(403, 'POST', at, { scope, body: { name: 'x', scope: 'read' } });
    await api.refused(403, 'DELETE', `${at}/admin`, { scope });
  }
  for (const body of [{}, { name: 'x' }, { scope: 'read' }, { name: '', scope: 'read' }, { name: 'two words', scope: 'read' }, { name: 'x'.repeat(65), scope: 'read' }, { name: 'x', scope: 'root' },
    { name: 'x', scope: 'read', key: `ds_${'0'.repeat(64)}` }, { name: 'a\u0000b', scope: 'read' }, { name: 5, scope: 'read' }]) await api.refused(400, 'POST', at, { body });
  await api.refused(409, 'POST', at, { body: { name: 'admin', scope: 'read' } }, /already/);
  await api.refused(404, 'DELETE', `${at}/nobody`);
  for (const name of ['%00', 'a%2fb', '%20', 'x'.repeat(65)]) await api.refused(400, 'DELETE', `${at}/${name}`);
});

test('a key is revoked within two seconds, for good', async () => {
  const { key } = await api.ok('POST', at, { body: { name: 'short', scope: 'operate' } });
  await api.ok('GET', '/api/v1/orders', { key });
  assert.deepEqual(await api.ok('DELETE', `${at}/short`), { name: 'short', revoked: true });
  assert.equal((await api.call('GET', '/api/v1/orders', { key })).status, 401, 'this program forgets it at once');
  await api.refused(409, 'DELETE', `${at}/short`, {}, /revoked already/);
  await api.refused(409, 'POST', at, { body: { name: 'short', scope: 'read' } }, /already/);
  assert.equal(api.sql("select count(*) from audit where action = 'key.revoke' and subject = 'short'"), '1');
});

test('the last admin key cannot revoke itself, also when two do it to each other', async () => {
  await api.refused(409, 'DELETE', `${at}/admin`, {}, /last key with scope admin/);
  await api.ok('GET', at);
  const second = (await api.ok('POST', at, { body: { name: 'second', scope: 'admin' } })).key;
  const both = await Promise.all([api.call('DELETE', `${at}/admin`, { key: second }), api.call('DELETE', `${at}/second`)]);
  const statuses = both.map((a) => a.status).sort();
  assert.equal(statuses[0], 200, 'one of them is');
  assert.ok([401, 409].includes(statuses[1]), `the other is not: ${statuses}`);
  assert.equal(api.sql("select count(*) from api_key where scope = 'admin' and revoked_at is null"), '1');
  const left = both[0].status === 200 ? second : api.keys.admin;
  const name = both[0].status === 200 ? 'second' : 'admin';
  await api.refused(409, 'DELETE', `${at}/${name}`, { key: left }, /last key/);
  api.cli('key', 'revoke', name);
  await until('it is over', async () => (await api.call('GET', at, { key: left })).status === 401, 4000, 20);
  assert.equal(api.sql("select count(*) from api_key where scope = 'admin' and revoked_at is null"), '0', 'the command line may');
});

test('using a key writes no row per request', async () => {
  await api.ok('GET', '/api/v1/orders', { scope: 'operate' });
  const before = api.sql("select n_tup_upd from pg_stat_user_tables where relname = 'api_key'");
  const xmin = api.sql("select xmin from api_key where name = 'operate'");
  await Promise.all(Array.from({ length: 100 }, () => api.ok('GET', '/api/v1/orders', { scope: 'operate' })));
  assert.equal(api.sql("select xmin from api_key where name = 'operate'"), xmin, before);
});
