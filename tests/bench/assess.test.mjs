// The recorded answers and the plan of points that the measurement of judgements stands on.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { record } from './lib/answers.mjs';
import { plannedPoints } from './lib/points.mjs';

function recorded(count, seed) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'answers-'));
  try {
    record({ file: path.join(folder, 'a'), seed, count, countries: ['US', 'NL'] });
    return fs.readFileSync(path.join(folder, 'a'), 'utf8');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const bodies = (block) => block.split('\n').map((line) => ({ words: line.slice(0, line.indexOf('{') - 1).split(' '),
  body: JSON.parse(line.slice(line.indexOf('{'))) }));

test('each product has its detail, its stock and a quote per variant and country', () => {
  const blocks = recorded(60, 3).trimEnd().split('\n\n');
  assert.equal(blocks.length, 60);
  for (const block of blocks) {
    const [detail, stock, ...quotes] = bodies(block);
    assert.equal(detail.words[0], 'P');
    assert.deepEqual(stock.words, ['S']);
    assert.equal(stock.body.data === null, detail.body.data === null); // gone for both or for none
    const vids = new Set(quotes.map(({ words }) => words[1]));
    assert.equal(quotes.length, 2 * vids.size);
    assert.ok(quotes.every(({ words, body }) => words[0] === 'Q' && ['US', 'NL'].includes(words[2]) && Array.isArray(body.data)));
    // Ids that stand as bare numbers are too large for JavaScript; those that are text must each have their quotes.
    for (const { vid } of detail.body.data?.variants ?? []) assert.ok(typeof vid === 'number' || vids.has(vid));
  }
});

test('the same seed gives the same answers, another one others', () => {
  const plain = (text) => text.replace(/"requestId":"\w+"/g, '').replace(/,?"success":true/g, '');
  assert.equal(plain(recorded(20, 3)), plain(recorded(20, 3)));
  assert.notEqual(plain(recorded(20, 3)), plain(recorded(20, 4)));
});

test('points are planned by the rule that settled the matter', () => {
  assert.equal(plannedPoints({ PASSED: 1 }, 1), 30);
  assert.equal(plannedPoints({ PASSED: 1 }, 3), 50);
  assert.equal(plannedPoints({ HS_CODE: 2, STOCK: 3, MARGIN: 1 }, 2), 2 * 10 + 3 * 20 + 40);
});
