// The description of the API, as the running server gives it: sound by a public linter, closed, and complete.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Contract } from '../support/openapi.mjs';
import { System } from '../support/system.mjs';

let system;
let contract;
before(async () => {
  system = await System.start('openapi', { workers: 0, schedulers: 0 });
  contract = await Contract.of(system.apiUrl);
});
after(async () => { await system?.stop(); });

const methods = ['get', 'post', 'put', 'delete'];
const operations = () => Object.entries(contract.document.paths).flatMap(([path, item]) =>
  methods.filter((method) => item[method]).map((method) => ({ path, method, name: `${method} ${path}`, operation: item[method] })));

// Every schema below a node, with where it stands.
function* schemasIn(node, at = '') {
  if (node === null || typeof node !== 'object') return;
  yield [at, node];
  for (const [key, value] of Object.entries(node)) yield* schemasIn(value, `${at}/${key}`);
}

async function lint(source) {
  const config = await createConfig({ extends: ['recommended'], rules: { 'info-license': 'off', 'no-unused-components': 'error', 'tag-description': 'error' } });
  return (await lintFromString({ source, config })).map((p) => `${p.severity} ${p.ruleId} ${p.message} ${p.location?.[0]?.pointer}`);
}

test('a public linter finds nothing in it', { timeout: 60000 }, async () => {
  assert.deepEqual(await lint(contract.text), []);
  assert.notDeepEqual(await lint(contract.text.replace('operationId: getOrders\n', 'operationId: getJobs\n')), [], 'it would find an id that is there twice');
});

test('every schema of an answer says all its members', () => {
  const open = [];
  for (const [name, schema] of Object.entries(contract.document.components.schemas)) {
    for (const [at, node] of schemasIn(schema, name)) {
      if (node.properties && (node.additionalProperties !== false || !(node.required ?? node.minProperties))) open.push(at);
      if (node.properties && node.required?.some((member) => !(member in node.properties))) open.push(`${at}: requires what it does not have`);
    }
  }
  assert.deepEqual(open, []);
});

test('every schema is one that a validator takes', () => {
  for (const name of Object.keys(contract.document.components.schemas)) contract.against(name, undefined);
});

test('every route says what it answers with', () => {
  const silent = operations().filter(({ operation }) => !Object.entries(operation.responses)
    .some(([status, response]) => status[0] === '2' && contract.resolve(response).content)).map(({ name }) => name);
  assert.deepEqual(silent, []);
});

test('every route says who may call it and how it refuses', () => {
  for (const { name, method, path, operation } of operations()) {
    assert.ok(operation.security, name);
    const answers = Object.keys(operation.responses);
    assert.ok(answers.includes('default') && answers.includes('400'), name);
    assert.equal(answers.includes('404'), path.includes('{'), name);
    if (operation.security.length === 0) continue;
    assert.ok(answers.includes('401') && answers.includes('429'), name);
    assert.deepEqual(operation.security.map((s) => Object.keys(s).join()), ['key', method === 'get' ? 'session' : 'session,csrf'], name);
    assert.equal(operation.parameters.some((p) => p.$ref?.endsWith('/IdempotencyKey')), method !== 'get', name);
  }
});

test('the names of operations stay: clients are made from them', () => {
  const ids = new Map(operations().map(({ name, operation }) => [name, operation.operationId]));
  for (const [name, id] of [['get /api/v1/orders', 'getOrders'], ['get /api/v1/orders/{id}', 'getOrdersId'], ['post /api/v1/orders/{id}/release', 'postOrdersIdRelease'],
    ['put /api/v1/settings', 'putSettings'], ['get /healthz', 'getHealthz'], ['post /webhooks/shopify', 'postWebhooksShopify']]) {
    assert.equal(ids.get(name), id);
  }
});

test('every route that is described is there, and asks for a key where it says so', async () => {
  for (const { name, method, path, operation } of operations()) {
    if (operation.security.length === 0) continue;
    const answer = await fetch(system.apiUrl + path.replaceAll(/\{[^}]+\}/g, 'x'), { method: method.toUpperCase(), headers: { authorization: 'Bearer nothing' } });
    const text = await answer.text();
    assert.ok([401, 429].includes(answer.status), `${name}: ${answer.status} ${text}`);
    assert.equal(contract.fault(method.toUpperCase(), path, { status: answer.status, type: answer.headers.get('content-type'), text }), undefined);
  }
});
