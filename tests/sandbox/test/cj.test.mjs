import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, startSandbox } from '../testing.mjs';

test('an order number is taken once; the second attempt is refused and the first order is read back by it', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const order = sandbox.world.customers.order();
  const body = sandbox.cjBody(order);
  const first = await sandbox.cj('POST', 'shopping/order/createOrderV2', body);
  const second = await sandbox.cj('POST', 'shopping/order/createOrderV2', body);
  assert.equal(second.json.code, 1603003);
  const found = await sandbox.cj(
    'GET',
    `shopping/order/getOrderDetail?orderId=${body.orderNumber}`,
  );
  assert.equal(found.json.data.orderId, first.json.data.orderId);
  const entries = await sandbox.control('GET', '/ledger');
  assert.deepEqual(
    entries.filter((e) => e.operation === 'createOrder').map((e) => [e.order, Boolean(e.refused)]),
    [
      [order.name, false],
      [order.name, true],
    ],
  );
});

test('payment takes the amount and the stock once, and never twice', async (t) => {
  const sandbox = await startSandbox(t, { cjWallet: 1000 });
  await sandbox.login();
  const variant = sandbox.world.catalog.variants[0];
  const before = variant.stock.CN;
  const order = sandbox.world.customers.order({ lines: [{ sku: variant.sku, quantity: 3 }] });
  const orderId = await sandbox.buy(order);
  const again = await sandbox.cj('POST', 'shopping/pay/payBalance', { orderId });
  assert.equal(again.json.code, 1603101);
  const row = sandbox.world.supplier.find(orderId);
  const { json } = await sandbox.cj('GET', 'shopping/pay/getBalance');
  assert.equal(Math.round(json.data.amount * 100), 100000 - row.productCents - row.postageCents);
  assert.equal(variant.stock.CN, before - 3);
});

test('an empty wallet answers 1604000 and changes nothing', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  await sandbox.control('POST', '/cj/wallet', { amount: 1 });
  const orderId = await sandbox.buy(sandbox.world.customers.order());
  const { json } = await sandbox.cj('POST', 'shopping/pay/payBalance', { orderId });
  assert.equal(json.code, 1604000);
  assert.equal(sandbox.world.supplier.find(orderId).status, 'UNPAID');
  assert.equal(sandbox.world.account.walletCents, 100);
});

test('an order that is not confirmed, or lacks logistics, cannot be paid', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const made = await sandbox.cj(
    'POST',
    'shopping/order/createOrderV2',
    sandbox.cjBody(sandbox.world.customers.order()),
  );
  const early = await sandbox.cj('POST', 'shopping/pay/payBalance', {
    orderId: made.json.data.orderId,
  });
  assert.equal(early.json.code, 1603101);
  await sandbox.control('POST', '/settings', { cj_logistics_miss: 1 });
  const miss = await sandbox.cj(
    'POST',
    'shopping/order/createOrderV2',
    sandbox.cjBody(sandbox.world.customers.order()),
  );
  assert.equal(miss.json.data.logisticsMiss, true);
  const { orderId } = miss.json.data;
  await sandbox.cj('PATCH', 'shopping/order/confirmOrder', { orderId });
  assert.equal(
    (await sandbox.cj('POST', 'shopping/pay/payBalance', { orderId })).json.code,
    1603101,
  );
});

test('calls above the rate are refused, in HTTP 200 and HTTP 429 in turn', async (t) => {
  const sandbox = await startSandbox(t, { cjQps: 1 });
  await sandbox.login();
  const answers = [];
  for (let i = 0; i < 3; i++) {
    answers.push(await sandbox.cj('GET', 'shopping/pay/getBalance'));
  }
  assert.deepEqual(
    answers.map((a) => a.json.code),
    [200, 1600200, 1600200],
  );
  assert.deepEqual(
    answers
      .slice(1)
      .map((a) => a.status)
      .sort(),
    [200, 429],
  );
});

test('login is open once in five minutes and a wrong token is 1600001', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const again = await sandbox.cj('POST', 'authentication/getAccessToken', {
    apiKey: 'CJ0000001@api@sandbox',
  });
  assert.equal(again.json.code, 1600200);
  sandbox.world.clock.offsetMs += 301_000;
  await sandbox.login();
  const good = sandbox.cjToken;
  sandbox.cjToken = 'other';
  assert.equal((await sandbox.cj('GET', 'shopping/pay/getBalance')).json.code, 1600001);
  sandbox.cjToken = good;
  assert.equal((await sandbox.cj('GET', 'shopping/pay/getBalance')).json.code, 200);
});

test('points are spent by look-ups, not by orders, and run out with 16900500', async (t) => {
  const sandbox = await startSandbox(t, { cjPoints: 20 });
  await sandbox.login();
  const { vid } = sandbox.world.catalog.variants[0];
  const look = () => sandbox.cj('GET', `product/stock/queryByVid?vid=${vid}`);
  assert.equal((await look()).json.code, 200);
  assert.equal((await look()).json.code, 200);
  const third = await look();
  assert.equal(third.json.code, 16900500);
  assert.match(third.json.message, /Insufficient API points/);
  assert.equal((await sandbox.cj('GET', 'shopping/pay/getBalance')).json.code, 200);
});

test('long ids are sometimes bare numbers and always all their digits', async (t) => {
  const sandbox = await startSandbox(t, { cjPoints: 0 });
  await sandbox.login();
  const forms = new Set();
  for (const variant of sandbox.world.catalog.variants.slice(0, 30)) {
    const { text } = await sandbox.cj('GET', `product/variant/queryByVid?vid=${variant.vid}`);
    const [, quote, digits] = /"vid":("?)([0-9]+)/.exec(text);
    assert.equal(digits, variant.vid);
    forms.add(quote);
  }
  assert.deepEqual([...forms].sort(), ['', '"']);
});

test('a paid order ships and is delivered by the clock', async (t) => {
  const sandbox = await startSandbox(t, { shipAfter: 10, deliverAfter: 60, splitRate: 0 });
  await sandbox.login();
  const orderId = await sandbox.buy(sandbox.world.customers.order());
  const read = async () =>
    (await sandbox.cj('GET', `shopping/order/getOrderDetail?orderId=${orderId}`)).json.data;
  assert.equal((await read()).orderStatus, 'UNSHIPPED');
  assert.equal((await read()).trackNumber, null);
  await sandbox.control('POST', '/clock', { offset_s: 11 });
  const shipped = await read();
  assert.equal(shipped.orderStatus, 'SHIPPED');
  assert.ok(shipped.trackNumber && shipped.trackingUrl.startsWith('https://'));
  await sandbox.control('POST', '/clock', { offset_s: 80 });
  assert.equal((await read()).orderStatus, 'DELIVERED');
});

test('a split order names its parcels, and each has its own number and lines', async (t) => {
  const sandbox = await startSandbox(t, { shipAfter: 10, splitRate: 0 });
  await sandbox.login();
  const lines = sandbox.world.catalog.variants
    .slice(0, 2)
    .map((v) => ({ sku: v.sku, quantity: 1 }));
  const order = sandbox.world.customers.order({ lines });
  const orderId = await sandbox.buy(order);
  await sandbox.control('POST', `/cj/orders/${orderId}/split`);
  const detail = (
    await sandbox.cj('GET', `shopping/order/getOrderDetail?orderId=SHOP1-${order.number}-1`)
  ).json.data;
  assert.equal(detail.orderStatus, 'UNSHIPPED');
  assert.equal(detail.trackNumber, null);
  assert.equal(detail.splitOrderList.length, 2);
  await sandbox.control('POST', '/clock', { offset_s: 11 });
  const query = detail.splitOrderList.map((s) => `orderIds=${s.orderCode}`).join('&');
  const list = (await sandbox.cj('GET', `shopping/order/list?${query}`)).json.data.list;
  assert.equal(new Set(list.map((o) => o.trackNumber)).size, 2);
  assert.deepEqual(
    list.map((o) => o.orderStatus),
    ['SHIPPED', 'SHIPPED'],
  );
  assert.deepEqual(
    detail.splitOrderList.flatMap((s) => s.productList.map((p) => p.sku)),
    lines.map((l) => l.sku),
  );
});

test('with a drop fault the work is done and the answer is lost', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const order = sandbox.world.customers.order();
  await sandbox.control('POST', '/faults', {
    service: 'cj',
    operation: 'createOrderV2',
    kind: 'drop',
    count: 1,
  });
  await assert.rejects(
    sandbox.cj('POST', 'shopping/order/createOrderV2', sandbox.cjBody(order)),
    TypeError,
  );
  const found = await sandbox.cj(
    'GET',
    `shopping/order/getOrderDetail?orderId=SHOP1-${order.number}-1`,
  );
  assert.equal(found.json.data.orderStatus, 'CREATED');
  const [fault] = await sandbox.control('GET', '/faults');
  assert.equal(fault.hits, 1);

  await sandbox.control('POST', '/faults', {
    service: 'shopify',
    operation: 'fulfillmentCreate',
    kind: 'drop',
    count: 1,
  });
  await assert.rejects(sandbox.fulfill(order, 'T1'), TypeError);
  assert.equal(order.fulfillments.length, 1);
});

test('the other faults answer without doing the work, unless told to do it first', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.login();
  const order = sandbox.world.customers.order();
  const attempt = async (fault) => {
    await sandbox.control('DELETE', '/faults');
    await sandbox.control('POST', '/faults', {
      service: 'cj',
      operation: 'shopping/order/createOrderV2',
      count: 1,
      ...fault,
    });
    return sandbox.cj('POST', 'shopping/order/createOrderV2', sandbox.cjBody(order));
  };
  assert.equal((await attempt({ kind: 'status', status: 503 })).status, 503);
  assert.equal((await attempt({ kind: 'throttle' })).json.code, 1600200);
  assert.match((await attempt({ kind: 'garbage' })).text, /^<html>/);
  assert.equal(sandbox.world.supplier.byId.size, 0);
  assert.equal((await attempt({ kind: 'status', status: 500, after: true })).status, 500);
  assert.equal(sandbox.world.supplier.byId.size, 1);
  await sandbox.control('DELETE', '/faults');
  await sandbox.control('POST', '/faults', { service: 'cj', kind: 'hang', ms: 200 });
  const began = Date.now();
  await assert.rejects(sandbox.cj('GET', 'shopping/pay/getBalance'), TypeError);
  assert.ok(Date.now() - began >= 190);
});

test('a burst brings its orders', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.control('POST', '/burst', { count: 25 });
  await eventually(() => sandbox.world.shop.orders.size === 25);
});

test('customers come at the rate that is set, and stop when it is set to nothing', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.control('POST', '/settings', { 'orders-per-minute': 3000 });
  await eventually(() => sandbox.world.shop.orders.size >= 30);
  await sandbox.control('POST', '/settings', { 'orders-per-minute': 0 });
  assert.equal(sandbox.world.agenda.size, 0);
});
