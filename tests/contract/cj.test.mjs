// What our client sends to CJ, against the supplier's documented calls, fields and lengths.

import assert from 'node:assert/strict';
import test from 'node:test';
import { sentRequests } from './requests.mjs';

const ADDRESS = {
  orderNumber: 50, shippingCountryCode: 20, shippingCountry: 50, shippingProvince: 50, shippingCity: 50, shippingZip: 20,
  shippingAddress: 200, shippingAddress2: 200, shippingCustomerName: 50, shippingPhone: 20, email: 50, taxId: 20,
  logisticName: 50, fromCountryCode: 20,
};

/** path -> method, points, names of the query, fields of the body (required ones first, then those allowed) */
const CALLS = {
  'authentication/getAccessToken': { method: 'POST', points: 0, body: [['apiKey'], []] },
  'authentication/refreshAccessToken': { method: 'POST', points: 0, body: [['refreshToken'], []] },
  'setting/get': { method: 'GET', points: 0, query: [] },
  'product/variant/query': { method: 'GET', points: 10, query: ['variantSku'] },
  'product/variant/queryByVid': { method: 'GET', points: 10, query: ['vid'] },
  'product/stock/queryByVid': { method: 'GET', points: 10, query: ['vid'] },
  'product/listV2': {
    method: 'GET', points: 50,
    query: ['keyWord', 'page', 'size', 'categoryId', 'countryCode', 'startSellPrice', 'endSellPrice', 'orderBy', 'sort', 'features'],
  },
  'product/query': { method: 'GET', points: 10, query: ['pid'] },
  'product/stock/getInventoryByPid': { method: 'GET', points: 10, query: ['pid'] },
  'product/getCategory': { method: 'GET', points: 0, query: [] },
  'logistic/freightCalculate': { method: 'POST', points: 10, body: [['startCountryCode', 'endCountryCode', 'products'], ['zip']] },
  'shopping/order/createOrderV2': {
    method: 'POST', points: 0,
    body: [['orderNumber', 'shippingCountryCode', 'shippingCountry', 'shippingProvince', 'shippingCity', 'shippingAddress',
      'shippingCustomerName', 'shippingPhone', 'logisticName', 'fromCountryCode', 'payType', 'products'],
    ['shippingZip', 'shippingAddress2', 'email', 'taxId', 'platform', 'isSandbox']],
  },
  'shopping/order/getOrderDetail': { method: 'GET', points: 0, query: ['orderId'] },
  'shopping/order/confirmOrder': { method: 'PATCH', points: 0, body: [['orderId'], []] },
  'shopping/order/deleteOrder': { method: 'DELETE', points: 0, query: ['orderId'] },
  'shopping/order/list': { method: 'GET', points: 0, query: ['pageNum', 'pageSize', 'status'] },
  'shopping/pay/payBalance': { method: 'POST', points: 0, body: [['orderId'], []] },
  'shopping/pay/getBalance': { method: 'GET', points: 0, query: [] },
};
const sent = sentRequests('cj.example').map((r) => ({ ...r, path: r.url.pathname.slice(1) }));

for (const [path, call] of Object.entries(CALLS)) {
  test(`${path} is called as documented`, () => {
    const [request, ...more] = sent.filter((r) => r.path === path);
    assert.ok(request, 'it is called');
    assert.deepEqual(more, []);
    assert.equal(request.method, call.method);
    assert.equal(request.cost, call.points);
    assert.equal(request.operation, path);
    assert.deepEqual([...request.url.searchParams.keys()], call.query ?? []);
    const [required, allowed] = call.body ?? [[], []];
    const fields = Object.keys(request.body ?? {});
    assert.deepEqual(required.filter((f) => !fields.includes(f)), []);
    assert.deepEqual(fields.filter((f) => !required.includes(f) && !allowed.includes(f)), []);
  });
}

test('nothing else is called', () => {
  assert.deepEqual(sent.filter((r) => !CALLS[r.path]), []);
});

test('an order is only created, within all lengths, and from ids that are text', () => {
  const { body } = sent.find((r) => r.path === 'shopping/order/createOrderV2');
  assert.equal(body.payType, 3);
  assert.equal(body.shippingCountryCode, 'GB');
  assert.equal(body.shippingProvince, 'Leeds');
  for (const [field, most] of Object.entries(ADDRESS)) {
    assert.equal(typeof body[field], 'string', field);
    assert.ok(body[field].length <= most, field);
  }
  assert.equal(body.products.length, 2);
  for (const product of body.products) {
    assert.equal(typeof product.vid, 'string');
    assert.ok(Number.isInteger(product.quantity) && product.quantity > 0);
  }
});

test('a search stays inside the documented values', () => {
  const { searchParams: q } = sent.find((r) => r.path === 'product/listV2').url;
  assert.ok(Number(q.get('page')) >= 1 && Number(q.get('page')) <= 1000);
  assert.ok(Number(q.get('size')) >= 1 && Number(q.get('size')) <= 100);
  assert.ok(['0', '1', '2', '3', '4'].includes(q.get('orderBy')));
  assert.ok(['asc', 'desc'].includes(q.get('sort')));
  assert.equal(q.get('countryCode'), 'GB');
  assert.match(q.get('startSellPrice'), /^[0-9]+\.[0-9]{2}$/);
  assert.deepEqual(q.get('features').split(',').filter((f) => !['enable_description', 'enable_category', 'enable_combine', 'enable_video'].includes(f)), []);
});
