import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faultsIn } from '../chaos/chaos.mjs';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { events, ledgerOf, operations, orderRow, untilState } from './support.mjs';

let system;
before(async () => {
  system = await System.start('flow', { workers: 1, webhooks: true, sandboxArgs: ['--oddity', '0'] });
}, { timeout: 120000 });
after(() => system?.stop());

const add = (order = {}) => system.control('POST', '/control/orders', order);
const holds = async (order, code, timeoutMs = 40000) => {
  const { name } = await add(order);
  const row = await untilState(system, name, ['held'], timeoutMs);
  assert.equal(row.hold_code, code, JSON.stringify(row.hold_reasons));
  assert.equal(operations(await ledgerOf(system, name), 'createOrder').length, 0, 'nothing was ordered');
  return { name, row };
};

test('a paid order becomes one paid supplier order and is fulfilled with tracking, the customer told', { timeout: 90000 }, async () => {
  const { name } = await add();
  await untilState(system, name, ['fulfilled', 'delivered']);
  const done = await ledgerOf(system, name);
  for (const operation of ['createOrder', 'payBalance', 'fulfillmentCreate']) {
    assert.equal(operations(done, operation).length, 1, operation);
  }
  const judge = await system.control('GET', '/control/judge');
  assert.deepEqual(faultsIn(judge), []);
  await untilState(system, name, ['delivered']);
  const steps = events(system, name).map((e) => e.step);
  assert.ok(steps.includes('received'), steps.join(' '));
  assert.equal(steps.filter((s) => s === 'received').length, 1);
  const { body } = await system.api('GET', `/api/v1/orders/${orderRow(system, name).id}`);
  assert.ok(JSON.stringify(body).includes('tracking'), 'the API shows the parcel');
});

test('an order that ships in two parcels gives two fulfillments with their own tracking', { timeout: 90000 }, async () => {
  const { name } = await add({ oddity: 'two_parcels' });
  await untilState(system, name, ['fulfilled', 'delivered'], 60000);
  const made = operations(await ledgerOf(system, name), 'fulfillmentCreate');
  assert.equal(made.length, 2, JSON.stringify(made));
});

test('a tracking number that changes later is sent to the shop', { timeout: 90000 }, async () => {
  const { name } = await add();
  const row = await untilState(system, name, ['fulfilled']);
  const number = system.rows(`select our_number from supplier_order where order_id = ${row.id}`)[0].our_number;
  await system.control('POST', `/control/cj/orders/${number}/track`, { number: 'CHANGED0001US' });
  await until('the shop knows the new number', async () =>
    operations(await ledgerOf(system, name), 'fulfillmentTrackingInfoUpdate').length === 1, 30000, 300);
});

test('odd orders are held with their reason and touch no other', { timeout: 120000 }, async () => {
  await holds({ address: { address1: 'Main Street', city: '', zip: '' } }, 'ADDR_INCOMPLETE');
  await holds({ address: { address1: 'Москва 1 улица' } }, 'ADDR_SCRIPT');
  await holds({ risk: 'HIGH' }, 'RISK_HIGH');
  await holds({ lines: [{ sku: 'NO-SUCH-SKU', quantity: 1 }] }, 'NO_MAPPING');
  await holds({ financial: 'PENDING' }, 'NOT_PAID');
  const { name } = await add();
  await untilState(system, name, ['fulfilled', 'delivered']);
});

test('an order cancelled in its grace period is never sent to the supplier', { timeout: 60000 }, async () => {
  await system.cli('settings', 'orders.grace_s', '8');
  const { name } = await add();
  await system.control('POST', `/control/orders/${encodeURIComponent(name)}/cancel`, {});
  await untilState(system, name, ['cancelled']);
  assert.equal(operations(await ledgerOf(system, name), 'createOrder').length, 0);
  await system.cli('settings', 'orders.grace_s', '2');
});

test('a cancellation after payment is shown, and nothing is called cancelled before the supplier said so', { timeout: 90000 }, async () => {
  await system.control('POST', '/control/settings', { shipAfter: 3600 });
  const { name } = await add();
  await untilState(system, name, ['placed']);
  await system.control('POST', `/control/orders/${encodeURIComponent(name)}/cancel`, {});
  const row = await until('the problem is shown', () => orderRow(system, name)?.problem && orderRow(system, name), 30000, 200);
  assert.notEqual(row.state, 'cancelled');
  assert.match(row.problem, /cancelled at the shop/i);
  const [supply] = system.rows(`select state from supplier_order where order_id = ${row.id}`);
  assert.equal(supply.state, 'cancel_asked', 'that it was asked is written down');
  await system.control('POST', '/control/settings', { shipAfter: 2 });
});

test('an address edited after hand-off is shown as a problem', { timeout: 90000 }, async () => {
  await system.control('POST', '/control/settings', { shipAfter: 3600 });
  const { name } = await add();
  await untilState(system, name, ['placed']);
  await system.control('POST', `/control/orders/${encodeURIComponent(name)}/edit`, { address: { address1: '77 Other Street' } });
  const problem = await until('the problem is shown', () => orderRow(system, name)?.problem, 30000, 200);
  assert.match(problem, /address|edited|changed/i);
  await system.control('POST', '/control/settings', { shipAfter: 2 });
});

test('an empty wallet holds the order; filled again, the order goes out by itself', { timeout: 120000 }, async () => {
  await system.control('POST', '/control/cj/wallet', { amount: 0 });
  const { name } = await holds({}, 'WALLET');
  await system.control('POST', '/control/cj/wallet', { amount: 100000 });
  await untilState(system, name, ['fulfilled', 'delivered']);
});

test('out of stock and a price rise hold the order with their numbers', { timeout: 120000 }, async () => {
  const { name, lines } = await add();
  await untilState(system, name, ['fulfilled', 'delivered']);
  const { sku } = lines[0];
  const { price } = (await system.control('GET', '/control/cj/variants')).find((v) => v.sku === sku);
  await system.control('POST', `/control/cj/variants/${sku}`, { stock: 0 });
  await holds({ lines: [{ sku, quantity: 1 }] }, 'OUT_OF_STOCK');
  await system.control('POST', `/control/cj/variants/${sku}`, { stock: 500, price: 900 });
  const { row } = await holds({ lines: [{ sku, quantity: 1 }] }, 'PRICE_RISE');
  assert.match(JSON.stringify(row.hold_reasons), /\d/);
  await system.control('POST', `/control/cj/variants/${sku}`, { price });
});

test('approve mode waits for a person; STOP stops; resume-all goes on', { timeout: 180000 }, async () => {
  await system.cli('flow', 'fulfillment', 'approve');
  const { name } = await add();
  const row = await untilState(system, name, ['approval']);
  await system.cli('stop', 'trying it');
  const answer = await system.api('POST', `/api/v1/orders/${row.id}/release`, {});
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(operations(await ledgerOf(system, name), 'createOrder').length, 0, 'STOP stops ordering');
  await system.cli('resume-all');
  await system.cli('flow', 'fulfillment', 'auto');
  await untilState(system, name, ['fulfilled', 'delivered'], 100000);
});

test('garbage, 5xx, throttling and hanging answers delay an order and never double it', { timeout: 180000 }, async () => {
  for (const kind of ['garbage', 'status', 'throttle', 'drop']) {
    for (const service of ['shopify', 'cj']) {
      await system.control('POST', '/control/faults', { service, operation: '*', kind, rate: 0.15, status: 503 });
    }
  }
  const names = [];
  for (let i = 0; i < 5; i += 1) names.push((await add()).name);
  await new Promise((resolve) => setTimeout(resolve, 10000));
  await system.control('DELETE', '/control/faults');
  for (const name of names) {
    await untilState(system, name, ['fulfilled', 'delivered'], 120000);
    const done = await ledgerOf(system, name);
    for (const operation of ['createOrder', 'payBalance', 'fulfillmentCreate']) {
      assert.equal(operations(done, operation).length, 1, `${name} ${operation}`);
    }
  }
});
