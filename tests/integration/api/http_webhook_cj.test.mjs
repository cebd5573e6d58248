// Webhooks of the supplier: signed ones become one row and one job each, everything else becomes nothing.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { until } from '../../support/servers.mjs';
import { Api } from './http_support.mjs';

const openId = '1234567890123456789';
let api;
before(async () => { api = await Api.start('webhook_cj', 7, { CJ_API_KEY: 'CJ0@api@example' }); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql(`truncate cj_inbox, outbox, order_event; delete from supplier_order; delete from shop_order; delete from variant; delete from product;
    insert into provider_token (provider, access_token, account_id, expires_at) values ('cj', 'x', '${openId}', now()) on conflict (provider) do update set account_id = excluded.account_id`);
});

const sign = (body, key = openId) => crypto.createHmac('sha256', key).update(body).digest('base64');
const post = (body, headers = {}) => {
  const raw = typeof body === 'string' ? body : JSON.stringify(body);
  return api.call('POST', '/webhooks/cj', { scope: null, body: raw, headers: { 'content-type': 'application/json', sign: sign(raw), ...headers } });
};
let number = 0;
const message = (type, params, more = {}) => ({ messageId: `m-${++number}`, type, messageType: 'UPDATE', params, ...more });
const inbox = () => api.rows('select message_id, type, message_type, handled_at is not null as handled, result from cj_inbox order by received_at, message_id');
const events = () => api.rows('select event, job_type, queue, args from outbox order by id');

test('a signed delivery becomes one row and one job, whatever it says', async () => {
  const answer = await post(message('ORDER', { cjOrderId: 'CJ1', orderNumber: '1042-p1' }, { messageId: 'first' }));
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body, { code: 200, result: 'success', message: 'ok' });
  assert.deepEqual(inbox(), [{ message_id: 'first', type: 'ORDER', message_type: 'UPDATE', handled: false, result: null }]);
  assert.deepEqual(events(), [{ event: 'cj.ORDER', job_type: 'cj.event', queue: 'fulfillment', args: '["first"]' }]);
});

test('a delivery that comes again, even many at once, is one job', async () => {
  const body = message('LOGISTIC', { orderId: 'CJ1' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(body)));
  assert.ok(answers.every((a) => a.status === 200));
  assert.deepEqual([inbox().length, events().length], [1, 1]);
});

test('what is not needed is kept, and no job is made of it', async () => {
  assert.equal((await post(message('SOURCINGCREATE', {}))).status, 200);
  assert.deepEqual(inbox().map((m) => [m.type, m.handled, m.result]), [['SOURCINGCREATE', true, 'This type is not needed.']]);
  assert.deepEqual(events(), []);
});

test('the bytes are signed, not what they mean', async () => {
  const body = '{"messageId": "spaced",\n "type":"ORDER","params":{"name":"\\u00e4 \u{1F600}"}}';
  assert.equal((await post(body)).status, 200);
  assert.equal((await post(body, { sign: sign(JSON.stringify(JSON.parse(body))) })).status, 401);
});

test('what is forged or malformed is refused and leaves nothing', async () => {
  const good = JSON.stringify(message('ORDER', {}));
  for (const [status, body, headers] of [
    [401, good, { sign: sign(good, '999') }], [401, good, { sign: '' }], [401, good, { sign: sign(good).slice(1) }], [401, good, { sign: `${sign(good)}=` }],
    [401, good, { sign: Buffer.from(sign(good), 'base64').toString('hex') }], [401, `${good} `, { sign: sign(good) }],
    [400, ''], [400, '{'], [400, 'null'], [400, '[]'], [400, '{}'], [400, '{"messageId":"a"}'], [400, '{"messageId":"","type":"ORDER"}'], [400, '{"messageId":"a b","type":"ORDER"}'],
    [400, `{"messageId":"${'x'.repeat(129)}","type":"ORDER"}`], [400, '{"messageId":"a","type":"order"}'], [400, '{"messageId":"a","type":"ORDER; drop"}'], [400, '{"messageId":{},"type":"ORDER"}'],
    [400, '['.repeat(50000)], [400, '{"messageId":"a","type":"ORDER","x":"\u0000"}'], [415, good, { 'content-encoding': 'gzip' }], [413, JSON.stringify({ ...message('ORDER', {}), pad: 'x'.repeat(270000) })],
  ]) {
    const answer = await post(body, headers);
    assert.equal(answer.status, status, `${body.slice(0, 60)} ${JSON.stringify(headers)}: ${answer.text}`);
    assert.match(answer.headers.get('content-type'), /problem\+json/);
  }
  assert.deepEqual([inbox(), events()], [[], []]);
});

test('before the supplier is known nothing is taken, and the log says what to do', async () => {
  api.sql('delete from provider_token');
  assert.equal((await post(message('ORDER', {}))).status, 503);
  await api.logged(/CJ_API_KEY/);
  assert.deepEqual(inbox(), []);
});

// The worker's side: the job of a delivery, run by a real worker.
const order = (n, nextJob, due) => {
  const id = api.order(n, 'placed', { next_job: nextJob });
  api.sql(`update shop_order set next_run_at = now() + interval '${due}' where id = ${id};
    insert into supplier_order (order_id, our_number, cj_order_id, state, lines) values (${id}, '${n}-p1', 'CJ${n}', 'paid', '[]')`);
  return id;
};

test('the job looks at the order or product that is meant, and says what came of it', async () => {
  const told = order(1, 'order.track', '1 hour'), busy = order(2, 'order.fulfill', '1 hour');
  api.sql(`insert into product (pid, name, state, check_due_at) values ('P1', 'a', 'listed', now() + interval '1 hour'), ('P2', 'b', 'listed', now() + interval '1 hour'), ('P3', 'c', 'rejected', null);
    insert into variant (product_id, vid, sku, name) select id, 'V2', 's', 'n' from product where pid = 'P2'`);
  const bodies = [message('ORDER', { cjOrderId: 'CJ1', orderNumber: '1-p1' }), message('LOGISTIC', { orderId: 'x', storeOrderNumbers: ['2-p1'] }), message('ORDERSPLIT', { originalOrderId: 'CJ77' }),
    message('PRODUCT', { pid: 'P1' }), message('STOCK', { V2: [{ vid: 'V2', storageNum: 3 }], '","x': [] }), message('VARIANT', { vid: 'nobody' }), message('ORDER', { orderNumber: 12345678901234 })];
  for (const body of bodies) assert.equal((await post(body)).status, 200);
  for (const { args } of events()) api.redis('LPUSH', 'queue:fulfillment', JSON.stringify({ class: 'cj.event', queue: 'fulfillment', args: JSON.parse(args), jid: `j${args.replace(/\W/g, '')}`, retry: 3, created_at: 1.5, enqueued_at: 1.5 }));
  const child = spawn(path.join(process.env.DROPSHIP_BIN, 'dropship-worker'), ['--queue', 'fulfillment=2'], { env: api.env, stdio: 'ignore' });
  const gone = new Promise((resolve) => child.on('exit', resolve));
  try {
    await until('every delivery has its result', () => inbox().every((m) => m.handled), 20000);
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
  const results = Object.fromEntries(inbox().map((m) => [m.message_id, m.result]));
  assert.deepEqual(bodies.map((b) => results[b.messageId]), ['Order #1 is looked at now.', 'Order #2 is looked at anyway.', 'No order of ours is meant.', '1 live products are looked at next.',
    '1 live products are looked at next.', '0 live products are looked at next.', 'No order of ours is meant.']);
  assert.deepEqual(events().filter((e) => e.event === 'cj.told'), [{ event: 'cj.told', job_type: 'order.track', queue: 'fulfillment', args: `[${told}]` }]);
  assert.deepEqual(api.rows(`select id, next_run_at <= now() as due from shop_order order by id`), [{ id: told, due: true }, { id: busy, due: false }]);
  assert.deepEqual(api.rows('select pid, check_due_at <= now() as due from product order by pid'), [{ pid: 'P1', due: true }, { pid: 'P2', due: true }, { pid: 'P3', due: null }]);
});
