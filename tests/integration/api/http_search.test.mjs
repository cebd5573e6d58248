// One field for everything: orders, products, jobs, flows, settings and pages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './http_support.mjs';

let api, order, lamp;
before(async () => {
  api = await Api.start('search', 8);
  order = api.order(1042, 'held', { hold_code: 'PRICE_RISE' });
  for (const n of [1043, 104, 2042]) api.order(n, 'placed');
  api.sql(`update shop_order set customer_key = email;
    update shop_order set customer_key = 'a%b_c@example.com' where name = '#2042';
    insert into supplier_order (order_id, our_number, cj_order_id, state, lines) values (${order}, '1042-p1', 'CJ99', 'shipped', '[]');
    insert into parcel (supplier_order_id, cj_order_id, tracking_number, tracking_url, carrier) select id, 'CJ99', 'YT2400000000001', 'https://t.example', 'c' from supplier_order;
    insert into job_run (jid, type, queue, attempt, outcome, started_at, finished_at, run_ms, worker) values ('0123456789abcdef01234567', 'order.track', 'fulfillment', 1, 'done', now(), now(), 1, 'w');
    insert into product (pid, name, state, handle) values ('1500000001', 'Foldable LED Lamp, black', 'listed', 'foldable-led-lamp'), ('1500000002', 'Hundebürste "Fellfein"', 'found', null)`);
  lamp = api.sql("select id from product where pid = '1500000001'");
});
after(async () => { await api?.stop(); });

const search = async (q) => (await api.ok('GET', `/api/v1/search?q=${encodeURIComponent(q)}`, { scope: 'read' })).hits;
const titles = async (q, kind) => (await search(q)).filter((h) => h.kind === kind).map((h) => h.title);

test('an order is found by its name, the beginning of it, e-mail, and numbers of supplier and parcel', async () => {
  const [hit] = await search('#1042');
  assert.deepEqual(hit, { kind: 'order', id: String(order), title: '#1042', text: 'held · price rise · buyer1042@example.com', href: `/orders?open=${order}` });
  assert.deepEqual(await titles('1042', 'order'), ['#1042']);
  assert.deepEqual(await titles('104', 'order'), ['#104', '#1042', '#1043'], 'the very name first');
  assert.deepEqual(await titles('BUYER1043@', 'order'), ['#1043']);
  for (const number of ['1042-p1', 'CJ99', 'YT2400000000001', 'gid://shopify/Order/1042']) assert.deepEqual(await titles(number, 'order'), ['#1042'], number);
});

test('a product is found by words of its name, in any order, and by its ids', async () => {
  for (const q of ['lamp', 'LED lam', 'black fold', '1500000001', 'foldable-led-lamp']) assert.ok((await search(q)).some((h) => h.kind === 'product' && h.id === lamp), q);
  assert.deepEqual(await titles('hundebür', 'product'), ['Hundebürste "Fellfein"']);
  assert.deepEqual(await titles('lamp green', 'product'), []);
});

test('a job is found by its id; flows, settings and pages by their words', async () => {
  assert.deepEqual(await titles('0123456789abcdef01234567', 'job'), ['order.track']);
  assert.ok((await search('discov')).some((h) => h.kind === 'flow' && h.href === '/automation?flow=discovery'));
  assert.ok((await search('grace')).some((h) => h.kind === 'setting' && h.id === 'orders.grace_s'));
  assert.ok((await search('undo')).some((h) => h.kind === 'page' && h.href === '/activity'));
});

test('wildcards and what SQL, JSON or HTML would read are only text', async () => {
  assert.deepEqual(await titles('a%b_c', 'order'), ['#2042']);
  for (const q of ['%%', '__', "' or 1=1 --", '"}]', '<script>', '\\\\', ':*', '& |', '!!', '((', 'ab\u202Ecd', '日本語']) assert.deepEqual((await search(q)).filter((h) => h.kind === 'order' || h.kind === 'product'), [], q);
});

test('too little, too much and nobody', async () => {
  for (const query of ['', '?q=', '?q=a', `?q=${'x'.repeat(101)}`, '?q=%00a', '?q=%ff', '?q=ab&q=cd', '?q=ab&limit=1']) await api.refused(400, 'GET', `/api/v1/search${query}`);
  await api.refused(401, 'GET', '/api/v1/search?q=ab', { scope: null });
});
