import assert from 'node:assert/strict';
import test from 'node:test';
import { loadState, StateFile } from '../state.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startSandbox } from '../testing.mjs';

/** A whole order as it should go: bought once, shipped, fulfilled with CJ's number. */
async function complete(sandbox, order) {
  const id = await sandbox.buy(order);
  const row = sandbox.world.supplier.find(id);
  sandbox.world.supplier.advance(row, 'SHIPPED');
  await sandbox.fulfill(order, row.trackNumber);
  return row;
}

async function shop(t) {
  const sandbox = await startSandbox(t, { splitRate: 0 });
  await sandbox.login();
  return sandbox;
}

const judged = (sandbox, query = '') => sandbox.control('GET', `/judge${query}`);

test('a sound order is fulfilled, notified, and nothing is wrong', async (t) => {
  const sandbox = await shop(t);
  await complete(sandbox, sandbox.world.customers.order());
  const report = await judged(sandbox);
  assert.equal(report.expected, 1);
  assert.equal(report.fulfilled, 1);
  assert.equal(report.notified, 1);
  for (const list of [
    'missing',
    'pending',
    'double',
    'paidTwice',
    'wrongLines',
    'wrongAddress',
    'wrongTracking',
    'extra',
    'unknown',
  ]) {
    assert.deepEqual(report[list], [], list);
  }
});

test('a planted second CJ order is called double', async (t) => {
  const sandbox = await shop(t);
  const order = sandbox.world.customers.order();
  await complete(sandbox, order);
  await sandbox.buy(order, { orderNumber: `SHOP1-${order.number}-2` });
  assert.deepEqual(
    (await judged(sandbox)).double.map((d) => [d.order, d.at]),
    [[order.name, 'cj']],
  );
});

test('a planted missing order is called missing, with how far it came', async (t) => {
  const sandbox = await shop(t);
  const never = sandbox.world.customers.order();
  const unpaid = sandbox.world.customers.order();
  await sandbox.cj('POST', 'shopping/order/createOrderV2', sandbox.cjBody(unpaid));
  const paid = sandbox.world.customers.order();
  sandbox.world.supplier.advance(sandbox.world.supplier.find(await sandbox.buy(paid)), 'SHIPPED');
  const waiting = sandbox.world.customers.order();
  await sandbox.buy(waiting);
  const report = await judged(sandbox);
  assert.deepEqual(report.missing, [
    { order: never.name, stage: 'no_cj_order' },
    { order: unpaid.name, stage: 'not_paid' },
    { order: paid.name, stage: 'not_fulfilled' },
  ]);
  assert.deepEqual(report.pending, [{ order: waiting.name, stage: 'not_shipped' }]);
  const young = await judged(sandbox, '?grace=600');
  assert.deepEqual(young.missing, []);
  assert.equal(young.pending.length, 4);
});

test('wrong lines, wrong address and wrong tracking are told apart', async (t) => {
  const sandbox = await shop(t);
  const [a, b, c] = [1, 2, 3].map(() => sandbox.world.customers.order({ country: 'US' }));
  await sandbox.buy(a, {
    products: sandbox.cjBody(a).products.map((p) => ({ ...p, quantity: p.quantity + 1 })),
  });
  await sandbox.buy(b, { shippingZip: '00000' });
  const row = await complete(sandbox, c);
  await sandbox.control('POST', `/cj/orders/${row.id}/track`, { number: 'NEW1' });
  const report = await judged(sandbox);
  assert.deepEqual(
    report.wrongLines.map((w) => w.order),
    [a.name],
  );
  assert.deepEqual(
    report.wrongAddress.map((w) => w.order),
    [b.name],
  );
  assert.deepEqual(
    report.wrongTracking.map((w) => [w.order, w.cj]),
    [[c.name, ['NEW1']]],
  );
});

test('another street, town, name or phone is a wrong address; a lost second line, too', async (t) => {
  const sandbox = await shop(t);
  const wrong = {
    shippingAddress: '1 Elsewhere Road',
    shippingAddress2: 'Apt 999',
    shippingCity: 'Elsewhere',
    shippingProvince: 'Elsewhere',
    shippingCustomerName: 'Someone Else',
    shippingPhone: '+15125550000',
  };
  const names = [];
  for (const [field, value] of Object.entries(wrong)) {
    const order = sandbox.world.customers.order({ country: 'US' });
    await sandbox.buy(order, { [field]: value });
    names.push([order.name, [field]]);
  }
  const report = await judged(sandbox);
  assert.deepEqual(
    report.wrongAddress.map((w) => [w.order, w.fields]),
    names,
  );
});

test('an order that is left unpaid beside a paid one, for a held or for no order is told', async (t) => {
  const sandbox = await shop(t);
  const create = (order, changes) =>
    sandbox.cj('POST', 'shopping/order/createOrderV2', sandbox.cjBody(order, changes));
  const order = sandbox.world.customers.order();
  await complete(sandbox, order);
  await create(order, { orderNumber: 'second' });
  const held = sandbox.world.customers.order({ oddity: 'risk_high' });
  await create(held);
  await create(sandbox.world.customers.order(), { orderNumber: 'x', products: [{ vid: sandbox.cjBody(order).products[0].vid, quantity: 1 }] });
  const report = await judged(sandbox);
  assert.deepEqual(
    report.unpaidLeftovers.map((u) => u.order),
    [order.name, held.name],
  );
  assert.deepEqual(
    report.unknown.map((u) => u.orderNumber),
    ['x'],
  );
});

test('an order whose CJ order we deleted ourselves is missing, not excused', async (t) => {
  const sandbox = await shop(t);
  const order = sandbox.world.customers.order();
  const made = await sandbox.cj('POST', 'shopping/order/createOrderV2', sandbox.cjBody(order));
  sandbox.world.supplier.delete(sandbox.world.supplier.find(made.json.data.orderId));
  const report = await judged(sandbox);
  assert.equal(report.expected, 1);
  assert.deepEqual(report.missing, [{ order: order.name, stage: 'no_cj_order' }]);
});

test('a fulfillment without anything bought, or without a tracking address, is wrong tracking', async (t) => {
  const sandbox = await shop(t);
  const invented = sandbox.world.customers.order();
  await sandbox.fulfill(invented, 'INVENTED1');
  const order = sandbox.world.customers.order();
  await complete(sandbox, order);
  sandbox.world.shop.find(order.name).fulfillments[0].tracking[0].url = null;
  const report = await judged(sandbox);
  assert.deepEqual(
    report.wrongTracking.map((w) => w.order),
    [invented.name, order.name],
  );
});

test('an order that had to be held is not expected, and bought anyway it is extra', async (t) => {
  const sandbox = await shop(t);
  const odd = [
    'po_box',
    'no_city',
    'no_zip',
    'no_house_number',
    'no_phone',
    'risk_high',
    'risk_pending',
    'unpaid',
    'unknown_sku',
    'test_order',
  ];
  const orders = odd.map((oddity) => sandbox.world.customers.order({ oddity }));
  const cancelled = sandbox.world.customers.order();
  sandbox.world.shop.cancel(cancelled);
  const report = await judged(sandbox);
  assert.equal(report.expected, 0);
  assert.equal(
    Object.values(report.held).reduce((a, b) => a + b),
    odd.length + 1,
  );
  const po = orders[0];
  await sandbox.buy(po);
  assert.deepEqual(
    (await judged(sandbox)).extra.map((e) => [e.order, e.why]),
    [[po.name, 'po_box']],
  );
});

test('a repeat within minutes is a duplicate; the first of the two may go', async (t) => {
  const sandbox = await shop(t);
  sandbox.world.customers.order();
  sandbox.world.customers.order({ oddity: 'duplicate' });
  const report = await judged(sandbox);
  assert.deepEqual([report.expected, report.optional, report.held], [0, 1, { duplicate: 1 }]);
});

test('a payment without any shop order is unknown', async (t) => {
  const sandbox = await shop(t);
  const order = sandbox.world.customers.order();
  const products = sandbox.cjBody(order).products.map(({ vid, quantity }) => ({ vid, quantity }));
  await sandbox.buy(order, { orderNumber: 'NOBODY-7', products });
  assert.deepEqual(
    (await judged(sandbox)).unknown.map((u) => u.orderNumber),
    ['NOBODY-7'],
  );
});

test('a restart with a state file forgets nothing', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sandbox-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const before = await shop(t);
  await complete(before, before.world.customers.order());
  await before.buy(before.world.customers.order());
  const file = new StateFile(path.join(folder, 'state.json'), () => before.world.save());
  file.write();
  const after = await startSandbox(t, {}, loadState(path.join(folder, 'state.json')));
  after.cjToken = before.cjToken;
  assert.deepEqual(await judged(after), await judged(before));
  assert.deepEqual(await after.control('GET', '/ledger'), await before.control('GET', '/ledger'));
  assert.equal(after.world.account.walletCents, before.world.account.walletCents);
  assert.equal(after.world.agenda.size, before.world.agenda.size);
  assert.equal((await after.cj('GET', 'shopping/pay/getBalance')).json.code, 200);
  assert.equal(after.world.customers.order().name, '#1003');
});
