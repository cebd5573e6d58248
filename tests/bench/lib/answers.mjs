// What CJ would answer about its products, recorded from the sandbox's large catalogue as it is on one day: the bodies of
// product/query, of the stock of all variants, and of a freight quote per variant and country.  The same seed and day give the
// same answers.
import fs from 'node:fs';
import { Catalog } from '../../sandbox/catalog.mjs';
import { CATALOG_CALLS } from '../../sandbox/cj/catalog_calls.mjs';
import { failure, toJson } from '../../sandbox/cj/envelope.mjs';

const DAY = Date.UTC(2026, 10, 21, 12);

function bodyOf(call, world, request) {
  try {
    return toJson(CATALOG_CALLS[call].run(world, request).json);
  } catch (error) {
    if (error.code === undefined) throw error;
    return toJson(failure(error).json);
  }
}

// Lines of one product: "P pid body", "S body", "Q vid country body" ..., then an empty one.
export function linesOf(world, product, countries) {
  const { pid } = product;
  const quote = (vid, country) => bodyOf('logistic/freightCalculate', world, { query: {},
    body: { startCountryCode: 'CN', endCountryCode: country, products: [{ vid, quantity: 1 }] } });
  return [`P ${pid} ${bodyOf('product/query', world, { query: { pid } })}`,
    `S ${bodyOf('product/stock/getInventoryByPid', world, { query: { pid } })}`,
    ...product.variants.flatMap(({ vid }) => countries.map((country) => `Q ${vid} ${country} ${quote(vid, country)}`)), '', ''].join('\n');
}

// Write the answers about `count` products to `file`.
export function record({ file, seed, count, countries }) {
  const catalog = new Catalog(seed, [], { size: count, imageBase: 'https://cf.cjdropshipping.com', clock: { now: () => DAY } });
  const out = fs.openSync(file, 'w');
  try {
    for (let index = 0; index < count; index++) {
      fs.writeSync(out, linesOf({ catalog }, catalog.supply.product(index), countries));
    }
  } finally {
    fs.closeSync(out);
  }
}
