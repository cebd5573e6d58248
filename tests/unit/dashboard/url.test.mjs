import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTypescript } from '../../support/typescript.mjs';

const url = await loadTypescript('lib/url');
const defaults = { status: '', sort: '-created', open: '' };

test('what is written is read again', () => {
  for (const values of [
    { status: 'hold', sort: '-total', open: '1042' },
    { status: 'ä & b=c#?+ %', sort: '-created', open: '' },
    { status: '', sort: '', open: '<script>' },
  ]) assert.deepEqual(url.readParams(url.writeParams('', values, defaults), defaults), values);
});

test('defaults are left out, and so the same state has one address', () => {
  assert.equal(url.writeParams('?status=hold&open=7', { status: null, open: '', sort: '-created' }, defaults), '');
  assert.equal(url.writeParams('', { status: 'x', open: '1' }, defaults), url.writeParams('?open=1', { status: 'x' }, defaults));
});

test('parameters of others stay', () => {
  assert.equal(url.writeParams('?range=7d&utm=1', { status: 'hold' }, defaults), '?range=7d&status=hold&utm=1');
  assert.deepEqual(url.readParams('?range=7d', defaults), defaults);
});

test('a query has no empty parameters', () => {
  assert.equal(url.queryOf({ a: 1, b: null, c: '', d: false, e: undefined }), '?a=1&d=false');
  assert.equal(url.queryOf({}), '');
});

test('a login leads to a path of ours only', () => {
  assert.equal(url.safeNext('/orders?state=held&open=1'), '/orders?state=held&open=1');
  for (const wrong of [null, '', 'https://example.com/', '//example.com', '/\\example.com', 'javascript:alert(1)', '/a\n/b', '/login?next=/']) assert.equal(url.safeNext(wrong), '/', String(wrong));
});
