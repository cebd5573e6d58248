// product/listV2 and product/getCategory over the large catalogue.

import { CjError } from './envelope.mjs';
import { categoryId } from './supply_cards.mjs';
import { rowFields } from './supply_json.mjs';
import { createdOn, mix } from './supply_moves.mjs';
import { CATEGORIES } from './supply_words.mjs';

const CAP = 6000;
const NEW_MS = 30 * 86400_000;
const list = (value) =>
  [value ?? []]
    .flat()
    .flatMap((t) => String(t).split(','))
    .filter(Boolean);

function numberOf(query, name, fallback, low, high) {
  const n = query[name] === undefined || query[name] === '' ? fallback : Number(query[name]);
  if (!Number.isFinite(n) || n < low || n > high) {
    throw new CjError(1600300, `Param error: ${name}`);
  }
  return n;
}

const cheapest = (supply, card) =>
  Math.min(...supply.product(card.index).variants.map((v) => v.costCents));

function stockIn(supply, card, country) {
  if (!['CN', 'US'].includes(country)) {
    return 0;
  }
  return supply.product(card.index).variants.reduce((sum, v) => sum + v.stock[country], 0);
}

/** [name of the parameter, test(supply, card, value)]; cheap tests first. */
const FILTERS = [
  ['categoryId', (s, card, id) => card.categoryId === id],
  ['lv3categoryList', (s, card, ids) => list(ids).includes(card.categoryId)],
  ['lv2categoryList', (s, card, names) => list(names).includes(card.category.second)],
  [
    'keyWord',
    (s, card, words) =>
      words
        .toLowerCase()
        .split(/\s+/)
        .every((w) => card.words.includes(w)),
  ],
  ['timeStart', (s, card, ms) => createdOn(card, s.day) >= Number(ms)],
  ['timeEnd', (s, card, ms) => createdOn(card, s.day) <= Number(ms)],
  [
    'productFlag',
    (s, card, flag) =>
      flag === '0'
        ? card.kind === 'rising'
        : flag === '1'
          ? s.clock.now() - createdOn(card, s.day) < NEW_MS
          : flag === '3' && card.kind === 'quiet',
  ],
  ['addMarkStatus', (s, card, mark) => mark !== '1'],
  ['verifiedWarehouse', (s, card, v) => v === '0' || (v === '1') === card.stockUs > 0],
  ['startSellPrice', (s, card, usd) => cheapest(s, card) >= Number(usd) * 100],
  ['endSellPrice', (s, card, usd) => cheapest(s, card) <= Number(usd) * 100],
  ['countryCode', (s, card, country) => stockIn(s, card, country) > 0],
  ['startWarehouseInventory', (s, card, n) => stockIn(s, card, 'CN') >= Number(n)],
  ['endWarehouseInventory', (s, card, n) => stockIn(s, card, 'CN') <= Number(n)],
];

/** What is sorted by; 0 is CJ's own idea of relevance, here a fixed mixture. */
const ORDERS = [
  (s, card) => mix(card.move, 31),
  (s, card) => s.listed(card),
  cheapest,
  (s, card) => createdOn(card, s.day),
  (s, card) => stockIn(s, card, 'CN') + stockIn(s, card, 'US'),
];

/** The cards that fit, in order. */
export function findCards(supply, query) {
  const filters = FILTERS.filter(([name]) => query[name] !== undefined && query[name] !== '');
  const order = ORDERS[numberOf(query, 'orderBy', 0, 0, ORDERS.length - 1)];
  const up = query.sort === 'asc' ? -1 : 1;
  return supply
    .all()
    .filter((card) => !supply.gone(card))
    .filter((card) => filters.every(([name, test]) => test(supply, card, query[name])))
    .map((card) => ({ card, key: order(supply, card) }))
    .sort((a, b) => up * (b.key - a.key) || a.card.index - b.card.index)
    .map(({ card }) => card);
}

export function searchProducts(supply, query) {
  const page = numberOf(query, 'page', 1, 1, 1000);
  const size = numberOf(query, 'size', 10, 1, 100);
  const found = findCards(supply, query).slice(0, CAP);
  const features = String([query.features ?? ''].flat().join(','));
  const rows = found.slice((page - 1) * size, page * size);
  return {
    pageSize: size,
    pageNumber: page,
    totalRecords: found.length,
    totalPages: Math.ceil(found.length / size),
    content: [
      {
        keyWord: query.keyWord ?? '',
        keyWordOld: query.keyWord ?? '',
        relatedCategoryList: [],
        productList: rows.map((card) =>
          rowFields(supply.product(card.index), features, supply.imageBase),
        ),
      },
    ],
  };
}

/** The tree of categories: ids only at the third level. */
export function categoryTree() {
  const firsts = new Map();
  for (const category of CATEGORIES) {
    const seconds = firsts.get(category.first) ?? new Map();
    const leaves = seconds.get(category.second) ?? [];
    leaves.push({ categoryId: categoryId(category), categoryName: category.third });
    firsts.set(category.first, seconds.set(category.second, leaves));
  }
  return [...firsts].map(([categoryFirstName, seconds]) => ({
    categoryFirstName,
    categoryFirstList: [...seconds].map(([categorySecondName, categorySecondList]) => ({
      categorySecondName,
      categorySecondList,
    })),
  }));
}
