import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../testing.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const document = (name) =>
  readFileSync(path.join(root, `worker/providers/shopify/graphql/${name}.graphql`), 'utf8');

const all = {
  discountRate: 0.5,
  taxRate: 0.0825,
  dutyRate: 0.3,
  giftCardRate: 0.2,
  feeRate: 0.6,
  refundRate: 0.7,
  refundAfter: 0,
  editRate: 0.3,
};

/** Orders that were bought, shipped and partly sent back. */
async function trade(t, changes = {}, count = 60) {
  const sandbox = await startSandbox(t, { ...all, splitRate: 0, bucketSize: 1e6, ...changes });
  const { world } = sandbox;
  for (let i = 0; i < count; i++) {
    world.customers.order();
  }
  world.tick();
  for (const order of [...world.shop.orders.byId.values()]) {
    await sandbox.fulfill(order, `N${order.number}`);
  }
  world.tick();
  world.tick();
  return sandbox;
}

const detail = async (sandbox, id) => {
  const { data, errors } = await sandbox.gql(document('order_detail'), { id, first: 250 });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data.order;
};

const minor = (bag) => Math.round(Number(bag.shopMoney.amount) * (bag.shopMoney.currencyCode === 'JPY' ? 1 : 100));
const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);

for (const changes of [{}, { taxesIncluded: true }, { currency: 'JPY' }]) {
  test(`the judge and the shop tell the same money (${JSON.stringify(changes)})`, async (t) => {
    const sandbox = await trade(t, changes);
    const { orders } = await sandbox.control('GET', '/judge/money');
    assert.equal(orders.length, 60);
    for (const judged of orders) {
      const order = await detail(sandbox, judged.id);
      const refunded = sum(order.refunds, (r) => minor(r.totalRefundedSet));
      assert.equal(refunded, sum(judged.refunds, (r) => r.paid));
      const inPrices = order.taxesIncluded;
      for (const refund of judged.refunds) {
        const parts = sum(refund.lines, (l) => l.net + l.tax) + refund.shipping + refund.tax + refund.duties;
        assert.equal(refund.paid, parts + refund.adjustment, 'the parts of a refund are what was paid');
      }
      for (const line of judged.lines) {
        const told = order.lineItems.nodes.find((n) => n.id === line.line);
        const back = sum(judged.refunds, (r) => sum(r.lines.filter((l) => l.line === line.line), (l) => l.quantity));
        assert.equal(line.units, told.currentQuantity + back);
        if (line.units === told.quantity && !inPrices) {
          assert.equal(line.gross, minor(told.originalUnitPriceSet) * told.quantity);
          assert.equal(line.discount, sum(told.discountAllocations, (d) => minor(d.allocatedAmountSet)));
        }
      }
    }
  });
}

test('refunds, edits, discounts, duties, gift cards and fees all happen', async (t) => {
  const sandbox = await trade(t, {}, 120);
  const { orders } = await sandbox.control('GET', '/judge/money');
  const some = (what, holds) => assert.ok(orders.some(holds), what);
  some('refunded', (o) => o.refunds.length > 0);
  some('refunded twice', (o) => o.refunds.length > 1);
  some('kept back', (o) => o.refunds.some((r) => r.adjustment < 0));
  some('shipping back', (o) => o.refunds.some((r) => r.shipping > 0));
  some('discounted', (o) => o.lines.some((l) => l.discount > 0));
  some('duties', (o) => o.duties > 0);
  some('gift cards', (o) => o.lines.some((l) => l.giftCard));
  some('fees told', (o) => o.fee !== null);
  some('fees not told', (o) => o.fee === null);
  assert.ok([...sandbox.world.shop.orders.byId.values()].some((o) => o.edited));
});

test('with no rate given an order is goods and shipping, as ever', async (t) => {
  const sandbox = await startSandbox(t);
  const order = await detail(sandbox, (await sandbox.control('POST', '/orders', {})).id);
  assert.deepEqual(order.refunds, []);
  assert.equal(order.transactions.length, 1);
  assert.deepEqual(order.transactions[0].fees, []);
  for (const line of order.lineItems.nodes) {
    assert.deepEqual([line.discountAllocations, line.taxLines, line.duties], [[], [], []]);
  }
});

test('a cancelled order goes back whole', async (t) => {
  const sandbox = await startSandbox(t, { taxRate: 0.1, discountRate: 1 });
  const { name, id, total } = await sandbox.control('POST', '/orders', {});
  await sandbox.control('POST', `/orders/${encodeURIComponent(name)}/cancel`, {});
  const order = await detail(sandbox, id);
  assert.equal(order.displayFinancialStatus, 'REFUNDED');
  assert.equal(order.refunds.length, 1);
  assert.equal(minor(order.refunds[0].totalRefundedSet), Math.round(total * 100));
  assert.ok(order.lineItems.nodes.every((l) => l.currentQuantity === 0 && l.unfulfilledQuantity === 0));
});

const SESSIONS = 'FROM sessions SHOW sessions, sessions_that_completed_checkout TIMESERIES day SINCE -8d UNTIL today';

test('visits are told per day as text, at least as many as orders', async (t) => {
  const sandbox = await startSandbox(t);
  for (let i = 0; i < 5; i++) {
    sandbox.world.customers.order();
  }
  const { data } = await sandbox.gql(document('sessions'), { query: SESSIONS });
  const { rows } = data.shopifyqlQuery.tableData;
  assert.equal(rows.length, 9);
  const last = rows.at(-1);
  assert.equal(last.sessions_that_completed_checkout, '5');
  assert.ok(Number(last.sessions) >= 5);
  assert.match(rows[0].day, /^\d{4}-\d\d-\d\d$/);
});

test('a statement with a mistake, a missing scope and a spent budget are told', async (t) => {
  const sandbox = await startSandbox(t);
  const run = (query = SESSIONS) => sandbox.gql(document('sessions'), { query });
  const { data } = await run('FROM sessions SHOW vists TIMESERIES day SINCE -8d UNTIL today');
  assert.equal(data.shopifyqlQuery.tableData, null);
  assert.equal(data.shopifyqlQuery.parseErrors.length, 1);
  let throttled;
  for (let i = 0; i < 4 && !throttled; i++) {
    ({ errors: throttled } = await run(SESSIONS.replace('-8d', '-366d')));
  }
  assert.equal(throttled[0].extensions.code, 'THROTTLED');
  assert.match(throttled[0].extensions.cost.windowResetAt, /^20.*Z$/);
  await sandbox.control('POST', '/shop', { withoutScopes: ['read_reports'] });
  const { errors } = await run();
  assert.equal(errors[0].extensions.code, 'ACCESS_DENIED');
  assert.match(errors[0].extensions.requiredAccess, /read_reports/);
});
