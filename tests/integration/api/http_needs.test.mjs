// What waits for a person: counts for the badges, and a list, most urgent first.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Api } from './http_support.mjs';

let api;
before(async () => { api = await Api.start('needs', 12); });
after(async () => { await api?.stop(); });
beforeEach(() => {
  api.redis('FLUSHDB');
  api.sql('truncate effect, proposal, setup_finding, reconcile_run, contact_message; delete from product; delete from shop_order');
});

const needs = () => api.ok('GET', '/api/v1/needs', { scope: 'read' });
const product = (pid, state, more = 'null') => api.sql(`insert into product (pid, name, state, problem) values ('${pid}', 'Lamp', '${state}', ${more})`);

test('with nothing to do the counts are 0', async () => {
  const { counts, items } = await needs();
  assert.deepEqual(counts, { products: 0, orders: 0, ads: 0, service: 0, approvals: 0, jobs: 0 });
  assert.deepEqual(items.filter((i) => !i.kind.startsWith('flow.')), []);
});

test('each thing that waits is counted and linked', async () => {
  api.order(1, 'held', { hold_code: 'PRICE_RISE' });
  api.order(2, 'held', { hold_code: 'PRICE_RISE' });
  api.order(3, 'held', { hold_code: 'ADDRESS' });
  api.order(4, 'approval');
  api.order(5, 'placed');
  api.sql("update shop_order set problem = 'edited' where name = '#5'");
  product('a', 'approval', "'texts by a model'");
  product('b', 'needs_review', "'a person must look'");
  product('c', 'on_hold', "'no stock'");
  product('d', 'listed', "'text refused'");
  product('e', 'rejected', "'never mind'");
  api.sql(`insert into proposal (kind, subject, text) values ('product.price', 'product:1', 'x');
    insert into effect (key, kind, subject, intent, state) values ('k', 'cj.pay', 'order:1', '{}', 'unknown');
    insert into setup_finding (name, level, text, mend) values ('location', 'fail', 'No location.', 'Add one.'), ('policy', 'warn', 'x', 'y');
    insert into reconcile_run (orders, missing, doubled, detail) values (10, 1, 2, '[]');
    insert into contact_message (email, text) values ('a@example.com', 'hi')`);
  api.redis('ZADD', 'dead', '1', '{}', '2', '{"a":1}');
  const { counts, items } = await needs();
  assert.deepEqual(counts, { products: 3, orders: 4, ads: 0, service: 1, approvals: 3, jobs: 2 });
  const asked = (await api.ok('GET', '/api/v1/approvals?limit=200', { scope: 'read' })).approvals;
  assert.equal(asked.length, counts.approvals + 3 + 1, 'the list has the orders on hold and the text to look at, too');
  assert.equal(items.find((i) => i.kind === 'job.dead').href, '/jobs?tab=jobs&state=dead');
  const listed = items.filter((i) => !i.kind.startsWith('flow.')).map((i) => [i.kind, i.count]);
  assert.deepEqual(listed, [['setup', 1], ['effect', 1], ['reconcile', 3], ['order.held', 2], ['order.held', 1], ['order.problem', 1], ['order.approval', 1],
    ['product.approval', 1], ['product.review', 1], ['proposal', 1], ['product.held', 1], ['product.problem', 1], ['message', 1], ['job.dead', 2]]);
  assert.deepEqual(items.find((i) => i.kind === 'order.held'), { kind: 'order.held', text: 'orders on hold: price rise', href: '/orders?state=held&reason=PRICE_RISE', count: 2 });
  assert.ok(items.some((i) => i.kind === 'flow.blocked'), 'a flow that cannot go on is named');
});

test('counts end at 10001', async () => {
  api.sql(`insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, hold_code)
    select 'gid://shopify/Order/' || n, '#' || n, 'held', now(), now(), 'PAID', 'RISK' from generate_series(1, 12000) n`);
  product('a', 'approval');
  const { counts, items } = await needs();
  assert.deepEqual([counts.orders, counts.approvals], [10001, 1], 'each is counted once');
  assert.equal(items.find((i) => i.kind === 'order.held').count, 10001);
});

test('nobody without a key is told', async () => {
  await api.refused(401, 'GET', '/api/v1/needs', { scope: null });
});
