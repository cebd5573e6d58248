// The judge of the fuzz run finds what it is there to find.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Contract } from '../support/openapi.mjs';
import { Judge } from './routes_judge.mjs';
import { difference } from './routes_state.mjs';
import { decode } from './routes_wire.mjs';

const problem = '{ type: object, additionalProperties: false, required: [status], properties: { status: { type: integer }, detail: { type: string } } }';
const contract = new Contract(`
openapi: 3.1.0
components: { schemas: { Problem: ${problem}, Things: { type: array, items: { type: string } } } }
paths:
  /things:
    get:
      responses:
        "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Things" } } } }
        default: { content: { application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } } } }
`);
const judge = new Judge(contract, [':5432']);
const request = { method: 'GET', target: '/things', route: { path: '/things' }, notes: [], refused: false };
const answer = (status, value, more = {}) => ({ status, type: status < 400 ? 'application/json' : 'application/problem+json', headers: new Map([['date', 'x']]),
  text: JSON.stringify(value), valid: true, ms: 3, ...more });
const refusal = (detail, more) => answer(400, { status: 400, detail }, more);

test('a good answer and a good refusal pass', () => {
  assert.equal(judge.fault(request, answer(200, ['a'])), undefined);
  assert.equal(judge.fault({ ...request, refused: true }, refusal('limit must be a whole number')), undefined);
  assert.equal(judge.fault(request, answer(200, ['violates relation "x" at /tmp/x'])), undefined, 'text of others is theirs');
});

for (const [what, pattern, asked, got] of [
  ['trouble of ours', /status 500/, request, answer(500, { status: 500 })],
  ['no answer', /in time/, request, { none: 'no answer in time', ms: 15000 }],
  ['a wrong request that is taken', /was answered 200/, { ...request, refused: true }, answer(200, [])],
  ['slowness', /took 2500/, request, answer(200, [], { ms: 2500 })],
  ['bytes that are no text', /UTF-8/, request, answer(200, [], { valid: false })],
  ['what is not described', /must be string/, request, answer(200, [1])],
  ['a secret, even in a list', /planted-secret/, request, answer(200, ['planted-secret-cj-7f3a'])],
  ['words of the database', /tells of/, request, refusal('duplicate key value violates unique constraint')],
  ['a place in the sources', /tells of/, request, refusal('db.c:120 failed')],
  ['a file', /tells of/, request, refusal('cannot open /etc/passwd')],
  ['an address in memory', /tells of/, request, refusal('at 0x7f3a2b1c00')],
  ['where Postgres listens', /tells of :5432/, request, refusal('127.0.0.1:5432 refused')],
  ['a header of the client', /injected/, request, refusal('no', { headers: new Map([['x-injected', '1']]) })],
]) {
  test(`it finds ${what}`, () => assert.match(judge.fault(asked, got) ?? '', pattern));
}

test('states differ by what came and what went, but for keys whose time was up', () => {
  assert.equal(difference('audit 1 a\nqueue:x 1', 'audit 2 b\nqueue:x 1'), '+audit 2; -audit 1');
  assert.equal(difference('a 1\nqueue:x 1', 'a 1'), '-queue:x 1');
  assert.equal(difference('a 1\nit-17 f00', 'a 1'), '');
});

test('answers are whole only when all of them came', () => {
  const bytes = (text) => Buffer.from(text, 'latin1');
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';
  const of = (text, ended = false) => decode(bytes(text), { ended, head: false });
  assert.equal(of(`${head}Content-Length: 3\r\n\r\nab`), undefined);
  assert.equal(of(`${head}Content-Length: 3\r\n\r\nabc`).text, 'abc');
  assert.equal(of(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`), undefined);
  assert.equal(of(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`).text, 'abc');
  assert.equal(of(`HTTP/1.1 100 Continue\r\n\r\n${head}Content-Length: 1\r\n\r\nx`).text, 'x');
  assert.equal(of(`${head}\r\nabc`), undefined);
  assert.equal(of(`${head}\r\nabc`, true).text, 'abc');
  assert.equal(of(`${head}Content-Length: 1\r\n\r\n\xff`).valid, false);
});
