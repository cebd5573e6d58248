import assert from 'node:assert/strict';
import test from 'node:test';
import { startSandbox } from '../testing.mjs';

const LOCATION = 'gid://shopify/Location/55';
const ONLINE = 'gid://shopify/Publication/301';

const SET = `mutation S($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id handle status media(first: 20) { nodes { id status } }
      variants(first: 20) { nodes { id sku price inventoryQuantity inventoryItem { id tracked unitCost { amount } } } } }
    userErrors { code field message }
  }
}`;
const READ = `query R($identifier: ProductIdentifierInput!, $p: ID!) {
  productByIdentifier(identifier: $identifier) {
    id status title tags totalInventory onlineStoreUrl publishedOnPublication(publicationId: $p)
    seo { title description } options { name values }
    media(first: 20) { nodes { id alt status mediaErrors { code } ... on MediaImage { image { url } } } }
    variants(first: 20) { nodes { id sku price inventoryQuantity inventoryItem { id } selectedOptions { name value } } }
  }
}`;
const UPDATE = `mutation U($p: ProductUpdateInput!) {
  productUpdate(product: $p) { product { id handle status } userErrors { field message } }
}`;
const PRICES = `mutation P($id: ID!, $v: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $v) {
    productVariants { id price } userErrors { code field message }
  }
}`;
const publishing = (field) => `mutation P($id: ID!, $p: ID!) {
  ${field}(id: $id, input: [{ publicationId: $p }]) {
    publishable { publishedOnPublication(publicationId: $p) } userErrors { field message }
  }
}`;
const QUANTITIES = `mutation Q($input: InventorySetQuantitiesInput!, $k: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $k) {
    inventoryAdjustmentGroup { id changes { name delta quantityAfterChange } } userErrors { code field message }
  }
}`;

const variant = (world, i, more = {}) => ({
  optionValues: [{ optionName: 'Color', name: ['Blue', 'Green'][i] }],
  sku: world.catalog.variants[i].sku,
  price: '24.90',
  inventoryPolicy: 'DENY',
  inventoryItem: {
    cost: '6.35',
    tracked: true,
    measurement: { weight: { value: 240, unit: 'GRAMS' } },
  },
  inventoryQuantities: [{ locationId: LOCATION, name: 'available', quantity: 120 }],
  ...more,
});

const bowl = (world, more = {}) => ({
  title: 'Dog Bowl',
  handle: 'dog-bowl',
  status: 'DRAFT',
  descriptionHtml: '<p>Folds flat.</p>',
  tags: ['pets', 'dropship'],
  seo: { title: 'Dog bowl', description: 'Folds flat' },
  productOptions: [{ name: 'Color', position: 1, values: [{ name: 'Blue' }, { name: 'Green' }] }],
  files: [{ originalSource: 'https://img.example/a.jpg', alt: 'Blue bowl', contentType: 'IMAGE' }],
  variants: [variant(world, 0), variant(world, 1)],
  ...more,
});

async function set(sandbox, input, identifier = { handle: input.handle ?? 'dog-bowl' }) {
  const answer = await sandbox.gql(SET, { identifier, input });
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data.productSet;
}

async function made(sandbox, more) {
  const { product, userErrors } = await set(sandbox, bowl(sandbox.world, more));
  assert.deepEqual(userErrors, []);
  return product;
}

async function read(sandbox, handle = 'dog-bowl') {
  const { data, errors } = await sandbox.gql(READ, { identifier: { handle }, p: ONLINE });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data.productByIdentifier;
}

async function makeLive(sandbox) {
  const product = await made(sandbox);
  await sandbox.gql(UPDATE, { p: { id: product.id, status: 'ACTIVE' } });
  await sandbox.gql(publishing('publishablePublish'), { id: product.id, p: ONLINE });
  return product;
}

const quantities = (item, quantity, changeFromQuantity) => ({
  name: 'available',
  reason: 'correction',
  quantities: [{ inventoryItemId: item, locationId: LOCATION, quantity, changeFromQuantity }],
});

test('productSet by handle makes one product, however often it comes', async (t) => {
  const sandbox = await startSandbox(t);
  const first = await made(sandbox);
  const again = await made(sandbox);
  assert.equal(again.id, first.id);
  const stored = await read(sandbox);
  assert.equal(stored.status, 'DRAFT');
  assert.equal(stored.totalInventory, 240);
  assert.equal(stored.onlineStoreUrl, null);
  assert.deepEqual(stored.tags, ['dropship', 'pets']);
  assert.deepEqual(stored.options, [{ name: 'Color', values: ['Blue', 'Green'] }]);
  assert.deepEqual(
    stored.variants.nodes.map((v) => v.price),
    ['24.90', '24.90'],
  );
  assert.equal((await sandbox.control('GET', '/judge/listings')).products, 1);
  const { entries } = sandbox.world.ledger;
  assert.deepEqual(
    entries.filter((e) => e.operation === 'productSet').map((e) => e.created),
    [true, false],
  );
});

test('lists replace what is stored: what is named by id stays, the rest is new or gone', async (t) => {
  const sandbox = await startSandbox(t);
  const first = await made(sandbox);
  const [blue] = first.variants.nodes;
  const [image] = first.media.nodes;
  const kept = await made(sandbox, {
    files: [{ id: image.id }],
    variants: [
      variant(sandbox.world, 0, { id: blue.id, file: { id: image.id } }),
      variant(sandbox.world, 1),
    ],
  });
  assert.equal(kept.variants.nodes[0].id, blue.id);
  assert.notEqual(kept.variants.nodes[1].id, first.variants.nodes[1].id);
  assert.deepEqual(
    kept.media.nodes.map((m) => m.id),
    [image.id],
  );
  const anew = await made(sandbox);
  assert.notEqual(anew.media.nodes[0].id, image.id);
  assert.equal((await sandbox.control('GET', '/judge/listings')).detachedMedia, 1);
  const less = await made(sandbox, { variants: [variant(sandbox.world, 0)] });
  assert.equal(less.variants.nodes.length, 1);
  const { product } = await set(sandbox, { title: 'Other title' }, { handle: 'dog-bowl' });
  assert.equal(product.variants.nodes.length, 1, 'a list that is not given stays');
});

test('a product that cannot be is refused with its code and changes nothing', async (t) => {
  const sandbox = await startSandbox(t);
  const { world } = sandbox;
  const bad = async (code, input, identifier) => {
    const { product, userErrors } = await set(sandbox, input, identifier);
    assert.equal(product, null);
    assert.deepEqual(
      userErrors.map((e) => e.code),
      [code],
    );
  };
  const other = bowl(world, { handle: 'cat-bowl' });
  await set(sandbox, other);
  const first = await made(sandbox);
  await bad('HANDLE_NOT_UNIQUE', { handle: 'cat-bowl' }, { id: first.id });
  await bad('HANDLE_NOT_UNIQUE', other, null);
  await bad('INPUT_MISMATCH', other, { handle: 'dog-bowl' });
  await bad('PRODUCT_DOES_NOT_EXIST', {}, { id: 'gid://shopify/Product/1' });
  await bad('INVALID_PRODUCT', bowl(world, { handle: 'x', title: ' ' }));
  await bad('INVALID_PRODUCT', { title: ' ' }, { handle: 'dog-bowl' });
  await bad('VARIANTS_INPUT_MISSING', bowl(world, { variants: undefined }));
  await bad('PRODUCT_OPTIONS_INPUT_MISSING', bowl(world, { productOptions: undefined }));
  await bad('INVALID_VARIANT', bowl(world, { variants: [variant(world, 0), variant(world, 0)] }));
  await bad('INVALID_VARIANT', bowl(world, { variants: [variant(world, 0, { price: '-1' })] }));
  await bad(
    'PRODUCT_VARIANT_DOES_NOT_EXIST',
    bowl(world, { variants: [variant(world, 0, { id: 'gid://shopify/ProductVariant/1' })] }),
  );
  await bad(
    'INVALID_INPUT',
    bowl(world, { files: [{ originalSource: 'data:image/png;base64,AAAA' }] }),
  );
  await bad('NOT_FOUND', bowl(world, { files: [{ id: 'gid://shopify/MediaImage/1' }] }));
  await bad(
    'INVALID_VARIANT',
    bowl(world, {
      variants: [variant(world, 0, { file: { originalSource: 'https://img.example/other.jpg' } })],
    }),
  );
  const away = [{ locationId: 'gid://shopify/Location/9', name: 'available', quantity: 1 }];
  await bad(
    'INVALID_INPUT',
    bowl(world, { variants: [variant(world, 0, { inventoryQuantities: away })] }),
  );
  assert.deepEqual(
    (await read(sandbox)).variants.nodes.map((v) => v.id),
    first.variants.nodes.map((v) => v.id),
  );
  assert.equal(world.ledger.entries.filter((e) => e.operation === 'productSet').length, 2);
});

test('without a handle a new product gets a free one, and a second of the same title a number', async (t) => {
  const sandbox = await startSandbox(t);
  const handles = [];
  for (let i = 0; i < 2; i++) {
    const { product } = await set(sandbox, { ...bowl(sandbox.world), handle: undefined }, null);
    handles.push(product.handle);
  }
  assert.deepEqual(handles, ['dog-bowl', 'dog-bowl-1']);
  const { twins } = await sandbox.control('GET', '/judge/listings');
  assert.deepEqual(
    twins.map((w) => w.why),
    [['handle', 'skus']],
  );
});

test('an image is uploaded, processed, then ready or failed for a reason', async (t) => {
  const sandbox = await startSandbox(t, { mediaAfter: 10 });
  const files = ['a.jpg', 'b.svg', 'missing/c.png'].map((name) => ({
    originalSource: `https://img.example/${name}`,
    alt: name,
  }));
  await made(sandbox, { files });
  const states = async () => (await read(sandbox)).media.nodes.map((m) => m.status);
  assert.deepEqual(await states(), ['UPLOADED', 'UPLOADED', 'UPLOADED']);
  sandbox.world.clock.offsetMs += 6000;
  assert.deepEqual(await states(), ['PROCESSING', 'PROCESSING', 'PROCESSING']);
  sandbox.world.clock.offsetMs += 6000;
  const { nodes } = (await read(sandbox)).media;
  assert.deepEqual(
    nodes.map((m) => m.status),
    ['READY', 'FAILED', 'FAILED'],
  );
  assert.deepEqual(
    nodes.map((m) => m.mediaErrors[0]?.code),
    [undefined, 'UNSUPPORTED_IMAGE_FILE_TYPE', 'IMAGE_DOWNLOAD_FAILURE'],
  );
  assert.deepEqual(
    nodes.map((m) => Boolean(m.image)),
    [true, false, false],
  );
});

test('a product is seen by buyers when it is active and published, and again not', async (t) => {
  const sandbox = await startSandbox(t);
  const product = await makeLive(sandbox);
  const stored = await read(sandbox);
  assert.ok(stored.publishedOnPublication && stored.onlineStoreUrl);
  const again = await sandbox.gql(publishing('publishablePublish'), { id: product.id, p: ONLINE });
  assert.deepEqual(again.data.publishablePublish.userErrors, []);
  assert.equal(
    sandbox.world.ledger.entries.filter((e) => e.operation === 'publishablePublish' && !e.refused)
      .length,
    1,
  );
  const off = await sandbox.gql(publishing('publishableUnpublish'), { id: product.id, p: ONLINE });
  assert.equal(off.data.publishableUnpublish.publishable.publishedOnPublication, false);
  assert.equal((await read(sandbox)).onlineStoreUrl, null);
  const nowhere = await sandbox.gql(publishing('publishablePublish'), {
    id: product.id,
    p: 'gid://shopify/Publication/9',
  });
  assert.match(nowhere.data.publishablePublish.userErrors[0].message, /does not exist/);
});

test('prices change for all variants or for none', async (t) => {
  const sandbox = await startSandbox(t);
  const { id, variants } = await made(sandbox);
  const [blue, green] = variants.nodes;
  const one = await sandbox.gql(PRICES, {
    id,
    v: [{ id: blue.id, price: '19.99', inventoryItem: { cost: '7' } }],
  });
  assert.deepEqual(one.data.productVariantsBulkUpdate.productVariants, [
    { id: blue.id, price: '19.99' },
  ]);
  const bad = await sandbox.gql(PRICES, {
    id,
    v: [
      { id: green.id, price: '1' },
      { id: 'gid://shopify/ProductVariant/1', price: '1' },
    ],
  });
  assert.equal(
    bad.data.productVariantsBulkUpdate.userErrors[0].code,
    'PRODUCT_VARIANT_DOES_NOT_EXIST',
  );
  assert.deepEqual(
    (await read(sandbox)).variants.nodes.map((v) => v.price),
    ['19.99', '24.90'],
  );
  const shown = await sandbox.control('GET', '/products/dog-bowl');
  assert.deepEqual(
    shown.variants.map((v) => v.cost),
    [7, 6.35],
  );
});

test('quantities need a key and changeFromQuantity; a key counts once', async (t) => {
  const sandbox = await startSandbox(t);
  const { variants } = await made(sandbox);
  const item = variants.nodes[0].inventoryItem.id;
  const call = (input, k) => sandbox.gql(QUANTITIES, { input, k });
  const missing = quantities(item, 5);
  delete missing.quantities[0].changeFromQuantity;
  assert.equal((await call(missing, 'a')).errors[0].extensions.code, 'INVALID_FIELD_ARGUMENTS');
  const bare = await sandbox.gql(
    QUANTITIES.replace('@idempotent(key: $k)', '').replace(', $k: String!', ''),
    { input: quantities(item, 5, null) },
  );
  assert.equal(bare.errors[0].extensions.code, 'BAD_REQUEST');
  const stale = await call(quantities(item, 5, 119), 'b');
  assert.equal(stale.data.inventorySetQuantities.userErrors[0].code, 'CHANGE_FROM_QUANTITY_STALE');
  const first = await call(quantities(item, 5, null), 'c');
  assert.deepEqual(first.data.inventorySetQuantities.inventoryAdjustmentGroup.changes, [
    { name: 'available', delta: -115, quantityAfterChange: null },
  ]);
  await sandbox.control('POST', '/products/dog-bowl', { quantity: 40 });
  const replay = await call(quantities(item, 5, null), 'c');
  assert.deepEqual(replay.data, first.data);
  assert.equal(
    (await read(sandbox)).variants.nodes[0].inventoryQuantity,
    40,
    'a repeat does nothing',
  );
  const clash = await call(quantities(item, 6, null), 'c');
  assert.deepEqual(
    clash.data.inventorySetQuantities.userErrors.map((e) => e.code),
    ['IDEMPOTENCY_KEY_PARAMETER_MISMATCH'],
  );
  const same = await call(quantities(item, 40, null), 'd');
  assert.deepEqual(same.data.inventorySetQuantities, {
    inventoryAdjustmentGroup: null,
    userErrors: [],
  });
  const strange = await call(quantities('gid://shopify/InventoryItem/1', 1, null), 'e');
  assert.equal(strange.data.inventorySetQuantities.userErrors[0].code, 'INVALID_INVENTORY_ITEM');
});

test('a restart forgets no product, no key and no set-up', async (t) => {
  const sandbox = await startSandbox(t);
  const { variants } = await makeLive(sandbox);
  const input = quantities(variants.nodes[0].inventoryItem.id, 5, null);
  const first = await sandbox.gql(QUANTITIES, { input, k: 'k' });
  await sandbox.control('POST', '/shop', {
    location: 'inactive',
    policies: { REFUND_POLICY: null },
  });
  await sandbox.control('DELETE', '/products/pen-holder-tray');
  const saved = JSON.parse(JSON.stringify(sandbox.world.save()));
  const later = await startSandbox(t, {}, saved);
  assert.deepEqual(await read(later), await read(sandbox));
  const replay = await later.gql(QUANTITIES, { input, k: 'k' });
  assert.deepEqual(replay.data, first.data);
  assert.equal(later.world.shop.locations[0].isActive, false);
  assert.equal(later.world.shop.policies.REFUND_POLICY, null);
  assert.equal(await read(later, 'pen-holder-tray'), null);
  assert.equal(saved.shop.products.rows.length, 1, 'products of the first day are not saved');
});

test('the forty products of the first day are there and are not judged', async (t) => {
  const sandbox = await startSandbox(t);
  const { data } = await sandbox.gql(
    '{ products(first: 100) { nodes { handle status onlineStoreUrl } } }',
  );
  assert.equal(data.products.nodes.length, 40);
  assert.ok(data.products.nodes.every((p) => p.status === 'ACTIVE' && p.onlineStoreUrl));
  const judged = await sandbox.control('GET', '/judge/listings');
  assert.equal(judged.products, 0);
  assert.deepEqual(judged.halfListed, []);
});

test('a product set is charged by its variants and files', async (t) => {
  const sandbox = await startSandbox(t);
  const input = bowl(sandbox.world);
  const { extensions } = await sandbox.gql(
    'mutation($input: ProductSetInput!) { productSet(input: $input) { userErrors { message } } }',
    { input },
  );
  assert.equal(extensions.cost.requestedQueryCost, 10 + 2 * 0.2 + 1.9);
});

test('the search of products knows its fields and warns of others', async (t) => {
  const sandbox = await startSandbox(t);
  await made(sandbox);
  const find = (query) =>
    sandbox.gql('query($q: String) { products(first: 50, query: $q) { nodes { handle } } }', {
      q: query,
    });
  assert.deepEqual((await find('tag:dropship status:draft')).data.products.nodes, [
    { handle: 'dog-bowl' },
  ]);
  const wrong = await find('tags:dropship');
  assert.equal(wrong.data.products.nodes.length, 41);
  assert.equal(wrong.extensions.search[0].warnings[0].code, 'invalid_field');
});

test('the judge of listings finds what is half done', async (t) => {
  const sandbox = await startSandbox(t, { mediaAfter: 0 });
  const judged = () => sandbox.control('GET', '/judge/listings');
  const { id, variants } = await made(sandbox);
  assert.deepEqual((await judged()).drafts, ['dog-bowl']);
  await sandbox.gql(publishing('publishablePublish'), { id, p: ONLINE });
  assert.deepEqual((await judged()).halfListed[0].why, ['published_draft']);
  await sandbox.gql(UPDATE, { p: { id, status: 'ACTIVE' } });
  const good = await judged();
  assert.deepEqual(
    [good.live, good.halfListed, good.twins, good.orphans, good.drafts],
    [1, [], [], [], []],
  );
  assert.deepEqual(good.bySku[variants.nodes[0].sku], ['dog-bowl']);
  await sandbox.gql(publishing('publishableUnpublish'), { id, p: ONLINE });
  assert.deepEqual((await judged()).halfListed[0].why, ['not_published']);
  await sandbox.gql(PRICES, { id, v: [{ id: variants.nodes[0].id, price: '0' }] });
  assert.deepEqual((await judged()).halfListed[0].why, ['not_published', 'no_price']);
  await set(
    sandbox,
    bowl(sandbox.world, {
      handle: 'strange',
      files: [
        { originalSource: 'https://img.example/x.jpg' },
        { originalSource: 'https://img.example/x.jpg' },
      ],
      variants: [variant(sandbox.world, 0, { sku: 'NOT-CJ', inventoryItem: { tracked: true } })],
      status: 'ACTIVE',
    }),
  );
  const bad = await judged();
  assert.deepEqual(
    bad.orphans.map((p) => p.handle),
    ['strange'],
  );
  assert.deepEqual(bad.doubledImages[0].urls, ['https://img.example/x.jpg']);
  assert.deepEqual(bad.halfListed.find((p) => p.handle === 'strange').why, [
    'not_published',
    'no_cost',
  ]);
  await sandbox.control('POST', '/products/strange', { status: 'ARCHIVED' });
  const put = await judged();
  assert.deepEqual([put.orphans, put.doubledImages], [[], []], 'what is archived is not judged');
});

test('customers buy what is live and in stock, and the judge understands their orders', async (t) => {
  const sandbox = await startSandbox(t, { listedShare: 1 });
  const product = await made(sandbox);
  const skus = product.variants.nodes.map((v) => v.sku);
  const before = sandbox.world.customers.order();
  assert.ok(
    before.lines.every((l) => l.productId < 8100000000),
    'a draft is not for sale',
  );
  await makeLive(sandbox);
  sandbox.world.rng.state = 7;
  const order = sandbox.world.customers.order();
  assert.ok(skus.includes(order.lines[0].sku));
  assert.equal(order.lines[0].priceCents, 2490);
  assert.equal(order.lines[0].productId, Number(product.id.split('/').pop()));
  assert.equal((await read(sandbox)).totalInventory, 240 - order.lines[0].quantity);
  await sandbox.login();
  const cjOrder = await sandbox.buy({ name: order.name });
  await sandbox.control('POST', `/cj/orders/${cjOrder}/advance`, { status: 'SHIPPED' });
  const { trackNumber } = sandbox.world.supplier.find(cjOrder);
  await sandbox.fulfill({ name: order.name }, trackNumber);
  const report = await sandbox.control('GET', '/judge');
  assert.equal(report.fulfilled, 1);
  assert.deepEqual([report.wrongLines, report.unknown, report.extra], [[], [], []]);
  await sandbox.control('POST', '/products/dog-bowl', { quantity: 0 });
  assert.deepEqual(sandbox.world.shop.products.forSale(), [], 'sold out');
});

/** A variant of the large catalogue that nothing speaks against. */
function soundVariant({ catalog }) {
  for (let i = 0; i < 500; i++) {
    const found = catalog.supply.product(i)?.variants.find((v) => !v.touched);
    if (found) {
      return found;
    }
  }
  throw new Error('the large catalogue has no sound variant');
}

test("an order for a listed product of CJ's large catalogue is expected to be fulfilled", async (t) => {
  const sandbox = await startSandbox(t, { listedShare: 1 });
  const { world } = sandbox;
  const found = soundVariant(world);
  const input = bowl(world, {
    status: 'ACTIVE',
    variants: [variant(world, 0, { sku: found.sku })],
  });
  const { product } = await set(sandbox, input);
  await sandbox.gql(publishing('publishablePublish'), { id: product.id, p: ONLINE });
  const order = world.customers.order();
  assert.equal(order.lines[0].sku, found.sku);
  assert.equal((await sandbox.control('GET', '/judge')).missing[0].order, order.name);
  await sandbox.login();
  const bought = await sandbox.buy(order);
  await sandbox.control('POST', `/cj/orders/${bought}/advance`, { status: 'SHIPPED' });
  await sandbox.fulfill(order, world.supplier.find(bought).trackNumber);
  const report = await sandbox.control('GET', '/judge');
  assert.deepEqual([report.expected, report.fulfilledExpected, report.missing], [1, 1, []]);
});

test('only a share of the orders is for listed products', async (t) => {
  const sandbox = await startSandbox(t, { listedShare: 0.3 });
  await makeLive(sandbox);
  await sandbox.control('POST', '/products/dog-bowl', { quantity: 10000 });
  let listed = 0;
  for (let i = 0; i < 300; i++) {
    listed += sandbox.world.customers.order().lines.some((l) => l.productId > 8100000000) ? 1 : 0;
  }
  assert.ok(listed > 50 && listed < 140, `${listed} of 300`);
});

test('faults work on products: dropped it is done, throttled it is not', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.control('POST', '/faults', {
    service: 'shopify',
    operation: 'productSet',
    kind: 'drop',
    count: 1,
  });
  await assert.rejects(set(sandbox, bowl(sandbox.world)));
  assert.equal((await read(sandbox)).status, 'DRAFT');
  await sandbox.control('POST', '/faults', {
    service: 'shopify',
    operation: 'productUpdate',
    kind: 'throttle',
    count: 1,
  });
  const { id } = await read(sandbox);
  const answer = await sandbox.gql(UPDATE, { p: { id, status: 'ACTIVE' } });
  assert.equal(answer.errors[0].extensions.code, 'THROTTLED');
  assert.equal((await read(sandbox)).status, 'DRAFT');
});

const SETUP = `{
  locations(first: 5, includeInactive: true) { nodes { name isActive fulfillsOnlineOrders } }
  publications(first: 5, catalogType: APP) { nodes { supportsFuturePublishing catalog { title } } }
  shop { shopPolicies { type body } }
  currentAppInstallation { accessScopes { handle } }
}`;

test('a shop is well set up until a person takes something away', async (t) => {
  const sandbox = await startSandbox(t);
  const { data } = await sandbox.gql(SETUP);
  assert.equal(data.locations.nodes[0].isActive, true);
  assert.deepEqual(
    data.publications.nodes.map((p) => p.catalog.title),
    ['Online Store', 'Point of Sale'],
  );
  assert.equal(data.shop.shopPolicies.length, 6);
  const handles = data.currentAppInstallation.accessScopes.map((s) => s.handle);
  for (const scope of [
    'write_products',
    'write_inventory',
    'write_publications',
    'read_locations',
    'read_legal_policies',
  ]) {
    assert.ok(handles.includes(scope), scope);
  }
  await sandbox.control('POST', '/shop', {
    location: 'inactive',
    onlineStore: false,
    policies: { REFUND_POLICY: '' },
  });
  const worse = (await sandbox.gql(SETUP)).data;
  assert.equal(worse.locations.nodes[0].fulfillsOnlineOrders, false);
  assert.deepEqual(
    worse.publications.nodes.map((p) => p.catalog.title),
    ['Point of Sale'],
  );
  assert.equal(worse.shop.shopPolicies.find((p) => p.type === 'REFUND_POLICY').body, '');
  await sandbox.control('POST', '/shop', {
    location: 'none',
    withoutScopes: ['read_legal_policies', 'write_publications'],
  });
  for (const field of [
    'shop { shopPolicies { type } }',
    'publications(first: 5) { nodes { id } }',
  ]) {
    const { errors } = await sandbox.gql(`{ ${field} }`);
    assert.equal(errors[0].extensions.code, 'ACCESS_DENIED', field);
  }
  const places = await sandbox.gql(
    '{ locations(first: 5, includeInactive: true) { nodes { id } } }',
  );
  assert.deepEqual(places.data.locations.nodes, []);
});

test('products need their scopes', async (t) => {
  const sandbox = await startSandbox(t);
  await sandbox.control('POST', '/shop', { withoutScopes: ['write_products'] });
  const { errors, data } = await sandbox.gql(SET, { input: bowl(sandbox.world) });
  assert.equal(errors[0].extensions.code, 'ACCESS_DENIED');
  assert.equal(data.productSet, null);
  assert.equal(sandbox.world.shop.products.listings().length, 0);
});
