// Shopify's documents and the variables our client sends, against the schema Shopify has published.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Kind, NoDeprecatedCustomRule, parse, specifiedRules, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { costOf } from '../sandbox/shopify/cost.mjs';
import { loadSchema } from '../sandbox/schema.mjs';
import { root, sentRequests } from './requests.mjs';

const folder = path.join(root, 'worker/providers/shopify/graphql');
const files = fs.readdirSync(folder).filter((f) => f.endsWith('.graphql'));
const documents = new Map(files.map((f) => [f, fs.readFileSync(path.join(folder, f), 'utf8')]));
const { schema, access } = await loadSchema();
const sent = sentRequests('shop.example');

const pascal = (file) => path.basename(file, '.graphql').split('_').map((w) => w[0].toUpperCase() + w.slice(1)).join('');
const operationOf = (text) => parse(text).definitions[0];

test('there are documents', () => {
  assert.ok(files.length >= 10);
});

for (const [file, text] of documents) {
  test(`${file} is valid, current and holds one operation of its name`, () => {
    const document = parse(text);
    assert.deepEqual(validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule]).map(String), []);
    assert.equal(document.definitions.length, 1);
    assert.equal(document.definitions[0].kind, Kind.OPERATION_DEFINITION);
    assert.equal(document.definitions[0].name.value, pascal(file));
    const [comment] = /^(#.*\n)+/.exec(text) ?? [''];
    assert.match(comment, /scope/i, 'a comment says what it is for and which scopes it needs');
  });

  test(`${file} is sent as it stands`, () => {
    const uses = sent.filter((r) => r.body.operationName === pascal(file));
    assert.ok(uses.length > 0);
    uses.forEach((r) => assert.equal(r.body.query, text));
  });

  test(`${file} is given variables the schema takes, and no others`, () => {
    const { variableDefinitions = [] } = operationOf(text);
    const names = variableDefinitions.map((d) => d.variable.name.value);
    for (const { body } of sent.filter((r) => r.body.operationName === pascal(file))) {
      assert.deepEqual((getVariableValues(schema, variableDefinitions, body.variables).errors ?? []).map(String), []);
      assert.deepEqual(Object.keys(body.variables).filter((name) => !names.includes(name)), []);
    }
  });

  test(`${file} costs what the client guesses, and never too much`, () => {
    const document = parse(text);
    for (const { body, cost } of sent.filter((r) => r.body.operationName === pascal(file))) {
      const model = costOf(schema, document, document.definitions[0], body.variables);
      assert.ok(model <= 1000);
      assert.ok(cost >= model && cost <= model * 1.5 + 5, `guessed ${cost}, model ${model}`);
    }
  });
}

test('every request goes to the one version by POST', () => {
  for (const { method, url } of sent) {
    assert.equal(method, 'POST');
    assert.equal(url.pathname, '/admin/api/2026-10/graphql.json');
  }
});

test('every mutation asks for its refusals', () => {
  for (const [file, text] of documents) {
    const operation = operationOf(text);
    if (operation.operation === 'mutation') {
      const [root_] = operation.selectionSet.selections;
      assert.ok(root_.selectionSet.selections.some((s) => s.name.value === 'userErrors'), file);
    }
  }
});

test('a shipment always tells the customer, with an address to follow it', () => {
  const shipments = sent.map((r) => r.body.variables.fulfillment).filter(Boolean);
  assert.ok(shipments.length >= 2);
  for (const shipment of shipments) {
    assert.equal(shipment.notifyCustomer, true);
    assert.match(shipment.trackingInfo.url, /^https:/);
    assert.equal(shipment.lineItemsByFulfillmentOrder.length, 1);
    assert.ok(shipment.lineItemsByFulfillmentOrder[0].fulfillmentOrderLineItems.length > 0, 'none would mean all');
  }
  const updates = sent.filter((r) => r.body.operationName === 'FulfillmentTrackingUpdate');
  updates.forEach((r) => assert.equal(r.body.variables.notifyCustomer, true));
});

test('orders are searched by a known filter with a quoted time', () => {
  const searches = sent.filter((r) => r.body.operationName === 'OrdersUpdated').map((r) => r.body.variables.query);
  assert.ok(searches.length >= 2);
  searches.forEach((q) => assert.match(q, /^updated_at:>='\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ'$/));
});

const bodies = (name) => sent.filter((r) => r.body.operationName === name).map((r) => r.body.variables);

test('quantities are set with an idempotency key and overwrite by an explicit null', () => {
  const [field] = operationOf(documents.get('quantities_set.graphql')).selectionSet.selections;
  const directive = field.directives.find((d) => d.name.value === 'idempotent');
  assert.equal(directive.arguments[0].value.name.value, 'key');
  assert.ok(bodies('QuantitiesSet').length > 0);
  for (const { key, input } of bodies('QuantitiesSet')) {
    assert.ok(key.length > 0);
    assert.equal(input.name, 'available');
    for (const row of input.quantities) {
      assert.ok(Object.hasOwn(row, 'changeFromQuantity'));
      assert.equal(row.changeFromQuantity, null);
    }
  }
});

test('a product is made a tracked draft that cannot be oversold, found again by its handle', () => {
  assert.ok(bodies('ProductSet').length >= 3);
  for (const { identifier, input } of bodies('ProductSet')) {
    assert.deepEqual(identifier, { handle: input.handle });
    assert.equal(input.status, 'DRAFT');
    assert.ok(!Object.hasOwn(input, 'id'));
    assert.ok(input.productOptions.length > 0);
    for (const variant of input.variants) {
      assert.equal(variant.inventoryPolicy, 'DENY');
      assert.equal(variant.inventoryItem.tracked, true);
      assert.match(variant.price, /^\d+\.\d\d$/);
      assert.equal(variant.optionValues.length, input.productOptions.length);
      if (variant.file) {
        assert.ok(input.files.some((f) => JSON.stringify(f) === JSON.stringify(variant.file)), 'also in files');
      }
    }
  }
});

test('a stored image is named by its id, a new one by its address', () => {
  const [first, again, bare] = bodies('ProductSet').map(({ input }) => input);
  assert.deepEqual(first.files.map((f) => Boolean(f.originalSource)), [true, true]);
  assert.deepEqual(again.files.map((f) => Boolean(f.id)), [true, false]);
  assert.deepEqual(again.variants.map((v) => v.id), ['gid://shopify/ProductVariant/7', undefined]);
  assert.deepEqual(bare.files, []);
  assert.deepEqual(bare.productOptions, [{ name: 'Title', position: 1, values: [{ name: 'Default Title' }] }]);
});

test('prices are text of the currency, for all variants or none', () => {
  const text = documents.get('prices_set.graphql');
  assert.match(text, /allowPartialUpdates: false/);
  const [{ variants }] = bodies('PricesSet');
  assert.deepEqual(variants.map((v) => v.price), ['19.99', '0.05']);
  assert.deepEqual(variants.map((v) => v.inventoryItem?.cost), ['7.00', undefined]);
});

test('no type we read needs a scope that is not asked for at installation', () => {
  const granted = new Set(['read_orders', 'write_orders', 'read_products', 'write_products', 'read_customers',
    'write_merchant_managed_fulfillment_orders', 'read_merchant_managed_fulfillment_orders', 'read_locations',
    'write_inventory', 'read_inventory', 'write_publications', 'read_publications', 'read_legal_policies']);
  for (const type of ['Order', 'Customer', 'Product', 'ProductVariant', 'MediaImage', 'InventoryItem', 'Publication',
    'ShopPolicy', 'FulfillmentOrder', 'Location']) {
    const scopes = access.get(type)?.scopes ?? [];
    assert.ok(scopes.length === 0 || scopes.some((s) => granted.has(s)), `${type}: ${scopes}`);
  }
});
