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

test('no type we read needs a scope that is not asked for at installation', () => {
  const granted = new Set(['read_orders', 'write_orders', 'read_products', 'write_products', 'read_customers',
    'write_merchant_managed_fulfillment_orders', 'read_merchant_managed_fulfillment_orders', 'read_locations']);
  for (const type of ['Order', 'Customer', 'ProductVariant', 'FulfillmentOrder', 'Location']) {
    const scopes = access.get(type)?.scopes ?? [];
    assert.ok(scopes.length === 0 || scopes.some((s) => granted.has(s)), `${type}: ${scopes}`);
  }
});
