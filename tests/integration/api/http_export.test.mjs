// Whole lists as files: right in every field, harmless in a spreadsheet, of any size, noted in the audit.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

const rowsWanted = 40000;
let api;
before(async () => {
  api = await Api.start('export', 14);
  api.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, total_minor, currency, email)
    select 'gid://shopify/Order/' || i, '#' || i, case when i % 2 = 0 then 'held' else 'placed' end,
      timestamptz '2026-11-20 10:00:00+00' - i * interval '1 second', now(), 'PAID', i, 'USD', 'buyer' || i || '@example.com' from generate_series(1, ${rowsWanted}) as i`);
});
after(async () => {
  assert.deepEqual(await api.stop(), { code: 0, signal: null });
});

// RFC 4180, by a reader of our own.
function readCsv(text) {
  const rows = [[]];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      for (at += 1; text[at] !== '"' || text[at + 1] === '"'; at += 1) {
        assert.ok(at < text.length, 'a quote is closed');
        if (text[at] === '"') at += 1;
        field += text[at];
      }
      at += 1;
    } else {
      for (; text[at] !== ',' && text[at] !== '\r'; at += 1) field += text[at];
    }
    rows.at(-1).push(field);
    if (text[at] === ',') at += 1;
    else {
      assert.equal(text.slice(at, at + 2), '\r\n');
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  const [names, ...values] = rows;
  return values.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
}

test('a list of any size comes whole, in order, in both forms', async () => {
  const csv = await api.call('GET', '/api/v1/export/orders');
  assert.equal(csv.status, 200);
  assert.match(csv.headers.get('content-type'), /^text\/csv/);
  assert.match(csv.headers.get('content-disposition'), /^attachment; filename="dropship-orders-\d{4}-\d\d-\d\d\.csv"$/);
  const rows = readCsv(csv.text);
  assert.equal(rows.length, rowsWanted);
  assert.deepEqual([rows[0].name, rows.at(-1).name, rows[0].created_at], ['#1', `#${rowsWanted}`, '2026-11-20T09:59:59.000000Z']);
  assert.equal(new Set(rows.map((r) => r.id)).size, rowsWanted);
  const json = await api.ok('GET', '/api/v1/export/orders?format=json&state=held&from=2026-11-20T09:00:00Z');
  assert.equal(json.length, 1800);
  assert.ok(json.every((row) => row.state === 'held' && typeof row.total_minor === 'number' && row.risk === null));
});

test('text keeps its meaning and runs no formula', async () => {
  const texts = ['=HYPERLINK("http://evil.example")', '+1', '-1+cmd', '@sum', '\tx', 'a,b;c', 'line\r\nbreak', 'say "hi"', '', 'ä€😀', '\\'];
  api.sql(`insert into audit (who, action, subject) select 'texts', 'x', t from unnest(array[${texts.map((t) => `E'${t.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'`)}]::text[]) as t`);
  const got = readCsv((await api.call('GET', '/api/v1/export/activity?who=texts')).text).map((row) => row.object).reverse();
  assert.deepEqual(got, texts.map((t) => (/^[=+\-@\t\r]/.test(t) ? `'${t}` : t)));
  assert.deepEqual((await api.ok('GET', '/api/v1/export/activity?who=texts&format=json')).map((row) => row.object).reverse(), texts);
});

test('every kind answers, with filters checked, and leaves a line in the audit', async () => {
  for (const kind of ['products', 'activity', 'sales', 'jobs']) {
    assert.equal((await api.call('GET', `/api/v1/export/${kind}`, { scope: 'read' })).status, 200, kind);
    assert.ok(Array.isArray(await api.ok('GET', `/api/v1/export/${kind}?format=json`)));
  }
  await api.refused(400, 'GET', '/api/v1/export/orders?state=nonsense');
  await api.refused(400, 'GET', '/api/v1/export/orders?format=xls');
  for (const range of ['from=2026-13-01', 'from=2026-02-31', 'from=2026-11-20&to=2026-11-19', 'from=0001-01-01&to=9999-12-31', 'from=0001-01-01', 'from=2021-01-01&to=2026-01-01']) {
    await api.refused(400, 'GET', `/api/v1/export/sales?${range}`);
  }
  await api.refused(404, 'GET', '/api/v1/export/keys');
  await api.refused(401, 'GET', '/api/v1/export/orders', { scope: null });
  const noted = api.rows("select who, subject, detail from audit where action = 'export' and subject = 'orders' order by id");
  assert.deepEqual(noted.at(-1), { who: 'key:admin', subject: 'orders', detail: { format: 'json', state: 'held', from: '2026-11-20T09:00:00Z' } });
});

test('the line in the audit belongs to the export, not to whoever wrote before', async () => {
  for (let i = 0; i < 3; i += 1) assert.equal((await api.call('PUT', '/api/v1/settings', { body: { name: 'orders.grace_s', value: 100 + i } })).status, 200);
  const got = await api.call('GET', '/api/v1/export/jobs');
  assert.deepEqual(api.rows("select request from audit where action = 'export' order by id desc limit 1"), [{ request: got.headers.get('x-request-id') }]);
});

test('a client that leaves ends the query; no more than four run at once', async () => {
  const sockets = [];
  for (let i = 0; i < 5; i += 1) {
    const socket = net.connect(api.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', (bytes) => { socket.first = String(bytes); socket.pause(); });
    socket.write(`GET /api/v1/export/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.read}\r\n\r\n`);
    sockets.push(socket);
    await until('the answer begins', () => socket.first);
  }
  assert.equal(sockets.filter((s) => / 200 OK/.test(s.first)).length, 4);
  assert.match(sockets[4].first, / 503 [^]*Retry-After: 5\r\n/);
  const running = () => Number(api.sql("select count(*) from pg_stat_activity where query like 'fetch %' and state like 'idle in transaction%' and datname = current_database()"));
  await until('four cursors are open', () => running() === 4);
  for (const socket of sockets) socket.destroy();
  await until('all cursors are closed', () => running() === 0, 10000);
  assert.equal((await api.call('GET', '/api/v1/export/jobs')).status, 200);
});

test('a client that does not take its answer is cut off', async () => {
  const socket = net.connect(api.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.once('data', () => socket.pause());
  socket.write(`GET /api/v1/export/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.keys.read}\r\n\r\n`);
  const before = api.log.length;
  await until('it is cut off', () => /http\.stream_ended.*CLIENT_LEFT/.test(api.log.slice(before)), 30000, 200);
  socket.destroy();
});
