// The checker of answers finds what is not as described; and the files of schemas say nothing that a checker would pass over.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import YAML from 'yaml';
import { Contract } from './openapi.mjs';

const contract = new Contract(`
openapi: 3.1.0
components:
  schemas:
    Problem: { type: object, additionalProperties: false, required: [status], properties: { status: { type: integer } } }
    Thing:
      type: object
      additionalProperties: false
      required: [id, at]
      properties:
        id: { type: integer }
        at: { type: [string, "null"], format: date-time }
paths:
  /things/{id}:
    get:
      responses:
        "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
        "304": { description: Unchanged }
        default: { content: { application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } } } }
  /things/all:
    get:
      responses:
        "200": { content: { text/csv: { schema: { type: string } } } }
`);
const json = (status, value, type = 'application/json') => ({ status, type, text: JSON.stringify(value) });
const problem = (status, says = status) => json(status, { status: says }, 'application/problem+json');
const good = { id: 1, at: '2026-11-20T18:03:11.5+00:00' };

for (const [what, method, target, answer] of [
  ['what it describes', 'GET', '/things/7?x=1', json(200, good)],
  ['an unknown instant', 'GET', '/things/7', json(200, { ...good, at: null })],
  ['a charset', 'GET', '/things/7', json(200, good, 'application/json; charset=utf-8')],
  ['a problem of a route', 'GET', '/things/7', problem(503)],
  ['a problem where there is no route', 'GET', '/nothing', problem(404)],
  ['a problem where there is no such method', 'PATCH', '/things/7', problem(405)],
  ['an answer without a body', 'HEAD', '/things/7', { status: 200, type: 'application/json', text: '' }],
  ['nothing, when nothing changed', 'GET', '/things/7', { status: 304, type: null, text: '' }],
  ['another media type that is described', 'GET', '/things/all', { status: 200, type: 'text/csv', text: 'a,b' }],
]) {
  test(`it accepts ${what}`, () => assert.equal(contract.fault(method, target, answer), undefined));
}

for (const [what, pattern, method, target, answer] of [
  ['a member too many', /additional properties/, 'GET', '/things/7', json(200, { ...good, more: 1 })],
  ['a missing member', /required property 'at'/, 'GET', '/things/7', json(200, { id: 1 })],
  ['a wrong type', /must be integer/, 'GET', '/things/7', json(200, { ...good, id: '1' })],
  ['no instant', /date-time/, 'GET', '/things/7', json(200, { ...good, at: '2026-11-20 18:03:11' })],
  ['no JSON', /is no JSON/, 'GET', '/things/7', { status: 200, type: 'application/json', text: '{' }],
  ['another content type', /content type/, 'GET', '/things/7', json(200, good, 'text/html')],
  ['an undescribed status', /201 is not described/, 'GET', '/things/7', json(201, good)],
  ['success where nothing is described', /nothing of that kind/, 'GET', '/nothing', json(200, good)],
  ['a refusal that is no problem document', /content type/, 'GET', '/things/7', json(404, { status: 404 })],
  ['a problem of another status', /says 400/, 'GET', '/things/7', problem(404, 400)],
  ['a body where none may be', /has a body/, 'HEAD', '/things/7', json(200, good)],
  ['the wrong one of two routes', /content type/, 'GET', '/things/all', json(200, good)],
]) {
  test(`it finds ${what}`, () => {
    assert.match(contract.fault(method, target, answer) ?? '', pattern);
    assert.throws(() => contract.check(method, target, answer), /is not as \/openapi.yaml says/);
  });
}

const KEYWORDS = new Set(['$ref', 'type', 'enum', 'const', 'format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems',
  'minProperties', 'maxProperties', 'required', 'properties', 'additionalProperties', 'propertyNames', 'items', 'anyOf', 'oneOf', 'allOf', 'not', 'description']);

// Keywords of a schema that no schema has: a comma within an unquoted text of a flow makes one of the text's end.
function strange(schema, at) {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap((one, i) => strange(one, `${at}/${i}`));
  const unknown = Object.keys(schema).filter((key) => !KEYWORDS.has(key)).map((key) => `${at}: ${key}`);
  const below = ['additionalProperties', 'propertyNames', 'items', 'anyOf', 'oneOf', 'allOf', 'not'].flatMap((key) => strange(schema[key], `${at}/${key}`));
  return [...unknown, ...below, ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => strange(one, `${at}/${name}`))];
}

test('the files of schemas hold schemas, each name once', () => {
  const folder = fileURLToPath(new URL('../../api/http/openapi/', import.meta.url));
  const seen = new Map();
  const findings = fs.readdirSync(folder).filter((file) => file !== 'components.yaml').flatMap((file) => Object.entries(YAML.parse(fs.readFileSync(folder + file, 'utf8')))
    .flatMap(([name, schema]) => {
      const twice = seen.has(name) ? [`${file}: ${name} is in ${seen.get(name)}, too`] : [];
      seen.set(name, file);
      return [...twice, ...strange(schema, `${file}: ${name}`)];
    }));
  assert.deepEqual(findings, []);
  assert.deepEqual(strange(YAML.parse('{ type: object, properties: { a: { type: integer, description: Before, after } } }'), 'x'), ['x/a: after']);
});
