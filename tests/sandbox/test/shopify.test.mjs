import assert from 'node:assert/strict';
import test from 'node:test';
import { startSandbox } from '../testing.mjs';

const PAGE = `query Page($first: Int!, $after: String, $query: String, $key: OrderSortKeys, $reverse: Boolean) {
  orders(first: $first, after: $after, query: $query, sortKey: $key, reverse: $reverse) {
    nodes { id name updatedAt } pageInfo { hasNextPage endCursor }
  }
}`;

async function walk(sandbox, variables) {
  const names = [];
  for (let after = null; ;) {
    const { data, errors } = await sandbox.gql(PAGE, { first: 7, ...variables, after });
    assert.equal(errors, undefined, JSON.stringify(errors));
    names.push(...data.orders.nodes.map((n) => n.name));
    if (!data.orders.pageInfo.hasNextPage) {
      return names;
    }
    after = data.orders.pageInfo.endCursor;
  }
}

test('every order is met exactly once when paging by creation time', async (t) => {
  const sandbox = await startSandbox(t);
  for (let i = 0; i < 40; i++) {
    sandbox.world.customers.order({ age: i * 10 });
  }
  const forward = await walk(sandbox, { key: 'CREATED_AT' });
  assert.equal(forward.length, 40);
  assert.equal(new Set(forward).size, 40);
  assert.deepEqual(
    await walk(sandbox, { key: 'CREATED_AT', reverse: true }),
    [...forward].reverse(),
  );
});

test('an order changed between two pages is met again behind the cursor, and none is skipped', async (t) => {
  const sandbox = await startSandbox(t);
  for (let i = 0; i < 20; i++) {
    sandbox.world.customers.order({ age: 1000 - i * 10 });
  }
  const first = await sandbox.gql(PAGE, { first: 5, key: 'UPDATED_AT' });
  sandbox.world.shop.edit(sandbox.world.shop.find(first.data.orders.nodes[0].name), {});
  const names = first.data.orders.nodes.map((n) => n.name);
  for (let after = first.data.orders.pageInfo.endCursor; after;) {
    const { data } = await sandbox.gql(PAGE, { first: 5, key: 'UPDATED_AT', after });
    names.push(...data.orders.nodes.map((n) => n.name));
    after = data.orders.pageInfo.hasNextPage ? data.orders.pageInfo.endCursor : null;
  }
  assert.equal(names.length, 21);
  assert.equal(new Set(names).size, 20);
  assert.equal(names.at(-1), names[0]);
});

test('the search by update time lets through only what changed since', async (t) => {
  const sandbox = await startSandbox(t);
  for (let i = 1; i <= 10; i++) {
    sandbox.world.customers.order({ age: i * 60 });
  }
  const since = new Date(Date.now() - 5.5 * 60_000).toISOString();
  const names = await walk(sandbox, { key: 'UPDATED_AT', query: `updated_at:>='${since}'` });
  assert.deepEqual(names, ['#1005', '#1004', '#1003', '#1002', '#1001']);
});

test('filters for payment, fulfillment, tags and name work together and apart', async (t) => {
  const sandbox = await startSandbox(t);
  const open = sandbox.world.customers.order();
  const unpaid = sandbox.world.customers.order({ financial: 'PENDING' });
  const tagged = sandbox.world.customers.order({ tags: ['ads-held'] });
  const find = (query) => walk(sandbox, { query, key: 'ID' });
  assert.deepEqual(
    await find('financial_status:paid fulfillment_status:unfulfilled status:open tag_not:ads-held'),
    [open.name],
  );
  assert.deepEqual(await find('financial_status:pending OR tag:ads-held'), [
    unpaid.name,
    tagged.name,
  ]);
  assert.deepEqual(await find('-tag:ads-held NOT financial_status:pending'), [open.name]);
  assert.deepEqual(await find(`name:${open.number}`), [open.name]);
});

test('a misspelt field matches too much and only a warning tells', async (t) => {
  const sandbox = await startSandbox(t);
  sandbox.world.customers.order();
  const { data, extensions } = await sandbox.gql(PAGE, {
    first: 5,
    query: 'finacial_status:refunded',
  });
  assert.equal(data.orders.nodes.length, 1);
  assert.deepEqual(
    extensions.search[0].warnings.map((w) => [w.field, w.code]),
    [['finacial_status', 'invalid_field']],
  );
});

test('a time without quotes splits at its colons and is warned of', async (t) => {
  const sandbox = await startSandbox(t);
  sandbox.world.customers.order();
  const { data, extensions } = await sandbox.gql(PAGE, {
    first: 5,
    query: 'updated_at:>=2026-11-20T00:00:00Z',
  });
  assert.ok(
    extensions.search[0].warnings.some(
      (w) => w.field === 'updated_at' && w.code === 'invalid_value',
    ),
  );
  assert.equal(data.orders.nodes.length, 1);
  const good = await sandbox.gql(PAGE, { first: 5, query: "updated_at:>='2026-11-20T00:00:00Z'" });
  assert.equal(good.extensions.search, undefined);
});

test('the bucket empties by cost, refuses with THROTTLED, and refills with time', async (t) => {
  const sandbox = await startSandbox(t, { bucketSize: 60, bucketRestore: 50 });
  const ask = () => sandbox.gql(PAGE, { first: 250 });
  const first = await ask();
  const { requestedQueryCost, actualQueryCost, throttleStatus } = first.extensions.cost;
  assert.equal(requestedQueryCost, 13);
  assert.equal(actualQueryCost, 2);
  assert.equal(throttleStatus.maximumAvailable, 60);
  sandbox.world.shopify.bucket.level = 5;
  const refused = await ask();
  assert.equal(refused.status, 200);
  assert.equal(refused.data, undefined);
  assert.equal(refused.errors[0].extensions.code, 'THROTTLED');
  assert.equal(refused.extensions.cost.actualQueryCost, null);
  sandbox.world.clock.offsetMs += 1000;
  assert.ok((await ask()).data);
});

test('a request above a thousand points is refused whatever the bucket holds', async (t) => {
  const sandbox = await startSandbox(t);
  const { errors, data } =
    await sandbox.gql(`{ orders(first: 250) { nodes { fulfillmentOrders(first: 250) { nodes {
    lineItems(first: 250) { nodes { id } } } } } } }`);
  assert.equal(data, undefined);
  assert.equal(errors[0].extensions.code, 'MAX_COST_EXCEEDED');
  assert.equal(errors[0].extensions.maxCost, 1000);
});

test('static mistakes carry codes in camel case, with path and place', async (t) => {
  const sandbox = await startSandbox(t);
  const { errors, extensions } = await sandbox.gql('query Q($x: Int) { shop { nam } }');
  assert.equal(extensions, undefined);
  const byCode = Object.fromEntries(errors.map((e) => [e.extensions.code, e]));
  assert.equal(byCode.undefinedField.message, "Field 'nam' doesn't exist on type 'Shop'");
  assert.deepEqual(byCode.undefinedField.path, ['query Q', 'shop', 'nam']);
  assert.ok(byCode.variableNotUsed);
});

test('wrong variables are INVALID_VARIABLE with the path of each problem', async (t) => {
  const sandbox = await startSandbox(t);
  const { errors } = await sandbox.gql(
    'mutation M($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }',
    {
      f: {
        lineItemsByFulfillmentOrder: [{ fulfillmentOrderLineItems: [] }],
        trackingInfo: { url: 'not a url' },
      },
    },
  );
  assert.equal(errors[0].extensions.code, 'INVALID_VARIABLE');
  const paths = errors[0].extensions.problems.map((p) => p.path.join('.'));
  assert.deepEqual(paths.sort(), ['lineItemsByFulfillmentOrder.0', 'trackingInfo.url']);
  const id = await sandbox.gql('query Q($id: ID!) { order(id: $id) { id } }', { id: '500' });
  assert.equal(id.errors[0].extensions.problems[0].explanation, "Invalid global id '500'");
});

test('refundCreate without @idempotent is refused; with it a repeat does nothing more', async (t) => {
  const sandbox = await startSandbox(t);
  const order = sandbox.world.customers.order();
  const text = (
    directive,
  ) => `mutation R($input: RefundInput!, $k: String = "") { refundCreate(input: $input) ${directive} {
    refund { id } userErrors { field message } } }`;
  const input = {
    orderId: `gid://shopify/Order/${order.id}`,
    transactions: [
      {
        orderId: `gid://shopify/Order/${order.id}`,
        parentId: 'gid://shopify/OrderTransaction/1',
        gateway: 'bogus',
        kind: 'REFUND',
        amount: '1.00',
      },
    ],
  };
  const bare = await sandbox.gql(text('').replace(', $k: String = ""', ''), { input });
  assert.equal(bare.errors[0].extensions.code, 'BAD_REQUEST');
  assert.match(bare.errors[0].message, /@idempotent directive is required/);
  const one = await sandbox.gql(text('@idempotent(key: $k)').replace('String = ""', 'String!'), {
    input,
    k: 'a',
  });
  const two = await sandbox.gql(text('@idempotent(key: $k)').replace('String = ""', 'String!'), {
    input,
    k: 'a',
  });
  assert.deepEqual(two.data, one.data);
  assert.equal(order.refundedCents, 100);
  const other = { ...input, transactions: [{ ...input.transactions[0], amount: '2.00' }] };
  const clash = await sandbox.gql(text('@idempotent(key: $k)').replace('String = ""', 'String!'), {
    input: other,
    k: 'a',
  });
  assert.match(clash.data.refundCreate.userErrors[0].message, /other parameters/);
  assert.equal(order.refundedCents, 100);
});

test('a wrong token is 401 with errors as a string; a granted one works', async (t) => {
  const sandbox = await startSandbox(t);
  const bad = await sandbox.gql('{ shop { name } }', {}, { 'x-shopify-access-token': 'nope' });
  assert.equal(bad.status, 401);
  assert.equal(typeof bad.errors, 'string');
  const grant = await fetch(`${sandbox.base}/shopify/admin/oauth/access_token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'sandbox-client',
      client_secret: 'sandbox-secret',
    }),
  }).then((r) => r.json());
  assert.equal(grant.expires_in, 86399);
  const good = await sandbox.gql(
    '{ shop { name } }',
    {},
    { 'x-shopify-access-token': grant.access_token },
  );
  assert.equal(good.data.shop.name, 'Sandbox Goods');
  assert.equal(good.headers.get('x-shopify-api-version'), '2026-10');
  assert.ok(good.headers.get('x-request-id'));
});

test('a missing scope denies the field with its path and leaves the rest', async (t) => {
  const sandbox = await startSandbox(t, { scopes: ['write_orders'] });
  const order = sandbox.world.customers.order();
  const { data, errors } = await sandbox.gql(
    `query Q($id: ID!) { order(id: $id) { name
    lineItems(first: 1) { nodes { variant { id } } } fulfillmentOrders(first: 1) { nodes { id } } } }`,
    { id: `gid://shopify/Order/${order.id}` },
  );
  assert.equal(data.order.name, order.name);
  assert.equal(data.order.lineItems.nodes[0].variant, null);
  assert.deepEqual(data.order.fulfillmentOrders.nodes, []);
  assert.equal(errors[0].extensions.code, 'ACCESS_DENIED');
  assert.deepEqual(errors[0].path, ['order', 'lineItems', 'nodes', 0, 'variant']);
});

test('without level 2 data an address has only its province and country', async (t) => {
  const sandbox = await startSandbox(t, { level2: false });
  const order = sandbox.world.customers.order({ country: 'US' });
  const { data } = await sandbox.gql(
    'query Q($id: ID!) { order(id: $id) { email shippingAddress { address1 zip countryCodeV2 } } }',
    { id: `gid://shopify/Order/${order.id}` },
  );
  assert.deepEqual(data.order, {
    email: null,
    shippingAddress: { address1: null, zip: null, countryCodeV2: 'US' },
  });
});

test('a closed fulfillment order refuses a second fulfillment and the ledger says so', async (t) => {
  const sandbox = await startSandbox(t);
  const order = sandbox.world.customers.order({
    lines: [{ sku: sandbox.world.catalog.variants[0].sku, quantity: 2 }],
  });
  const [fo] = order.fulfillmentOrders;
  const line = { id: `gid://shopify/FulfillmentOrderLineItem/${fo.lines[0].id}`, quantity: 1 };
  const part = await sandbox.fulfill(order, 'T1', [line]);
  assert.deepEqual(part.data.fulfillmentCreate.userErrors, []);
  assert.equal(fo.status, 'IN_PROGRESS');
  const tooMuch = await sandbox.fulfill(order, 'T2', [{ ...line, quantity: 2 }]);
  assert.equal(
    tooMuch.data.fulfillmentCreate.userErrors[0].message,
    'Invalid fulfillment order line item quantity requested.',
  );
  await sandbox.fulfill(order, 'T2', [line]);
  const again = await sandbox.fulfill(order, 'T2', [line]);
  assert.equal(
    again.data.fulfillmentCreate.userErrors[0].message,
    `Fulfillment order ${fo.id} has an unfulfillable status= closed.`,
  );
  const entries = (await sandbox.control('GET', '/ledger')).filter(
    (e) => e.operation === 'fulfillmentCreate',
  );
  assert.deepEqual(
    entries.map((e) => Boolean(e.refused)),
    [false, true, false, true],
  );
});
