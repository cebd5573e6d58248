// /control/cj/products: the large catalogue from behind: what each product is, which lies it tells, and a hand to move it.

import { methodsTo, carries } from './freight.mjs';
import { listedOn } from './supply_moves.mjs';
import { findCards } from './supply_search.mjs';
import { imagesOf } from './supply_text.mjs';

function refuse(status, message) {
  throw Object.assign(new Error(message), { status });
}

const usd = (cents) => cents / 100;

function summary(supply, card) {
  const product = supply.product(card.index);
  const prices = product.variants.map((v) => v.costCents);
  const stock = (place) => product.variants.reduce((sum, v) => sum + v.stock[place], 0);
  return {
    pid: card.pid,
    sku: product.sku,
    title: card.title,
    category: card.category.third,
    categoryId: card.categoryId,
    kind: card.kind,
    lies: card.lies,
    gone: product.gone,
    listed: product.listed,
    price: { min: usd(Math.min(...prices)), max: usd(Math.max(...prices)) },
    stock: { CN: stock('CN'), US: stock('US') },
  };
}

function cheapestFreight(catalog, variant, country) {
  const prices = methodsTo(country)
    .filter((m) => carries(m, variant))
    .map((m) => m.price([{ vid: variant.vid, quantity: 1 }], catalog));
  return prices.length ? usd(Math.min(...prices)) : null;
}

function sheet(world, product) {
  const { catalog } = world;
  const { supply } = catalog;
  const { card } = product;
  const days = Array.from({ length: 30 }, (_, i) => supply.day - 29 + i);
  return {
    ...summary(supply, card),
    index: card.index,
    listedByDay: days.map((day) => listedOn(card, day)),
    grams: card.grams,
    hsCode: card.category.hsCode,
    sensitive: card.sensitive,
    shippable: !card.lies.includes('noFreight'),
    keySplits: !card.lies.includes('ambiguousKey'),
    brand: card.lies.some((lie) => lie.startsWith('brand')) ? card.brand : null,
    images: imagesOf(card).map((path) => supply.imageBase + path),
    variants: product.variants.map((v) => ({
      vid: v.vid,
      sku: v.sku,
      key: v.style,
      price: usd(v.costCents),
      stock: { CN: v.stock.CN, US: v.stock.US },
      grams: v.grams,
      billedGrams: v.weight,
      freight: { US: cheapestFreight(catalog, v, 'US'), DE: cheapestFreight(catalog, v, 'DE') },
    })),
  };
}

function productOf(world, pid) {
  const key = decodeURIComponent(pid);
  return (
    world.catalog.supply.byPid(key) ??
    world.catalog.supply.byProductSku(key) ??
    refuse(404, `no product ${pid} in the large catalogue`)
  );
}

/** Products that fit: the parameters of product/listV2, and kind, lie, limit, offset. */
function products(world, _, __, params) {
  const { supply } = world.catalog;
  const query = Object.fromEntries(params);
  const { kind, lie, limit = 100, offset = 0, ...search } = query;
  const fits = (card) =>
    (!kind || card.kind === kind) &&
    (!lie || (lie === 'none' ? card.lies.length === 0 : card.lies.includes(lie)));
  const found = findCards(supply, search).filter(fits);
  const from = Number(offset);
  return {
    total: found.length,
    products: found.slice(from, from + Number(limit)).map((card) => summary(supply, card)),
  };
}

/** One changed thing -> what it does to the product. A value of null gives the thing back to its nature. */
const HANDS = {
  price: (product, usdOrNull) => {
    const { cents: lowest } = product.card;
    product.variants.forEach((v) => {
      const cents = Math.round(Number(usdOrNull) * 100) + Math.max(0, v.baseCostCents - lowest);
      v.costCents = usdOrNull === null ? undefined : cents;
    });
  },
  stock: (product, stock) => {
    const whole = typeof stock === 'object' ? stock : { CN: Number(stock), US: 0 };
    product.variants.forEach((v) => {
      v.stock = stock === null ? {} : { CN: v.stock.CN, US: v.stock.US, ...whole };
    });
  },
  listed: (product, listed) => {
    const { card, day } = product;
    product.keep({
      listedShift: listed === null ? undefined : Number(listed) - listedOn(card, day),
    });
  },
  gone: (product, gone) => product.keep({ gone: gone === null ? undefined : Boolean(gone) }),
};

function change(world, body, [pid]) {
  const product = productOf(world, pid);
  for (const [what, value] of Object.entries(body)) {
    (HANDS[what] ?? refuse(400, `"${what}" is none of ${Object.keys(HANDS).join(', ')}`))(
      product,
      value,
    );
  }
  world.ledger.add('cj', 'productChanged', { pid: product.pid, ...body });
  return summary(world.catalog.supply, product.card);
}

export const PRODUCT_ROUTES = [
  ['GET', /^\/cj\/products$/, products],
  ['GET', /^\/cj\/products\/([^/]+)$/, (w, _, [pid]) => sheet(w, productOf(w, pid))],
  ['POST', /^\/cj\/products\/([^/]+)$/, change],
];
