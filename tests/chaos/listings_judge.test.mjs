// The judges of the listing storm find what they are there to find.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compose } from '../sandbox/ai/compose.mjs';
import { TEXTS } from '../sandbox/ai/wrong.mjs';
import { productFields } from '../sandbox/cj/supply_json.mjs';
import { approve, differences } from './listings.mjs';
import { numbersIn, ofRow, TextJudge } from './listing_texts.mjs';

const judge = new TextJudge({ seed: 3 });
const text = { type: 'string' };
const list = { type: 'array', items: text };
const schema = { type: 'object', properties: { facts_used: { type: 'array', items: { type: 'integer' } }, title: text, description_html: text,
  seo_title: text, meta_description: text, tags: list, alt_texts: list } };

// What the sandbox's model says to the facts of a product, as a request tells them.
function request(product) {
  const { card } = product;
  return JSON.stringify({ supplier_name: card.title, supplier_text: productFields(product, '').description, images: 3,
    facts: [`1. Material: ${card.category.materials[0]}`, `2. Weight: ${card.grams} g`, `3. Packing: 1 x ${card.thing}`] });
}
const products = judge.supply.all().filter((card) => card.lies.length === 0).slice(0, 40).map((card) => judge.supply.product(card.index));

test('honest texts pass, each false one does not', () => {
  for (const product of products) {
    const honest = compose(schema, request(product));
    assert.deepEqual(judge.faults(product.pid, ofRow(honest)), [], honest.description_html);
    for (const [kind, spoil] of Object.entries(TEXTS)) {
      const spoilt = spoil(structuredClone(honest), request(product));
      assert.notDeepEqual(judge.faults(product.pid, ofRow(spoilt)), [], `${kind}: ${spoilt.title} ${spoilt.description_html}`);
    }
  }
});

test('a number counts with its unit, in any notation of it', () => {
  assert.deepEqual(numbersIn('28 x 19 cm, 1.5 kg (1,500 g), 3 colours, 40x40mm, 50 %'),
    ['length:280', 'length:190', 'weight:1500', 'weight:1500', 'length:40', 'length:40', 'part:50', ':3']);
  const [product] = products;
  const honest = compose(schema, request(product));
  const other = { ...honest, description_html: honest.description_html.replace(`${product.card.grams} g`, `${product.card.grams} kg`) };
  assert.deepEqual(judge.faults(product.pid, ofRow(other)).map((fault) => fault.split(':')[0]), ['number']);
});

const row = { handle: 'a-thing', shop_gid: 'p1', title: 'A thing', listings: 1,
  variants: [{ sku: 'S1', vid: 'V1', gid: 'v1', item: 'i1', price: 1999, quantity: 7, cost: 300, mapped: 1 }] };
const shop = { id: 'p1', live: true, title: 'A thing', variants: [{ sku: 'S1', id: 'v1', itemId: 'i1', price: 19.99, quantity: 7, cost: 3 }] };
const variant = (changes) => ({ variants: [{ ...shop.variants[0], ...changes }] });

test('whatever differs between database and shop is told', () => {
  assert.deepEqual(differences(row, shop), []);
  assert.equal(differences(row, undefined).length, 1);
  const others = [{ live: false }, { id: 'p2' }, { title: 'Another' }, { variants: [] }, ...[{ sku: 'S2' }, { id: 'v2' }, { itemId: 'i2' },
    { price: 20 }, { quantity: 8 }, { cost: null }].map(variant)];
  for (const other of others) assert.notDeepEqual(differences(row, { ...shop, ...other }), [], JSON.stringify(other));
  for (const other of [{ mapped: 0 }, { cost: 1999 }]) {
    assert.notDeepEqual(differences({ ...row, variants: [{ ...row.variants[0], ...other }] }, shop), [], JSON.stringify(other));
  }
  assert.notDeepEqual(differences({ ...row, listings: 2 }, shop), []);
});

test('a number behind a picture text is the shop\'s own, and its length has a limit', () => {
  const [product] = products;
  const honest = compose(schema, request(product));
  const word = 'picture ';
  const faultsOf = (alt) => judge.faults(product.pid, ofRow({ ...honest, alt_texts: [alt] }));
  assert.deepEqual(faultsOf(`${word.repeat(15)}of it (12)`), []);
  assert.deepEqual(faultsOf(`${word.repeat(15)}of itself`), ['form: not picture texts of 125 characters']);
});

test('nothing is approved when more is listed than was wanted', async () => {
  const asked = [];
  const system = { rows: (sql) => (asked.push(sql), []) };
  for (const count of [0, -3]) await approve(system, count);
  assert.deepEqual(asked, []);
  await approve(system, 2);
  assert.match(asked[0], /limit 2$/);
});
