// The cards of the large catalogue: what is fixed about product number i, as far as searching needs it. All of it from the seed.

import { Rng, hash } from '../rng.mjs';
import { kindFor, mix, share } from './supply_moves.mjs';
import { ADJECTIVES, BRANDS, CATEGORIES, CLAIMS, ENDINGS, RESTRICTED } from './supply_words.mjs';

/** What a product may be wrong about, and how often. At most two at a time. */
const LIES = {
  brand: 0.04, // a brand's name in the title
  brandInText: 0.015, // ... in the description only
  health: 0.03, // a claim that nobody may make
  instructions: 0.025, // orders to whoever writes the texts
  script: 0.02, // scripts and frames in the description
  restricted: 0.025, // goods that may not be sold or advertised freely
  noWeight: 0.03,
  cent: 0.01, // costs 0.01
  unreadablePrice: 0.015,
  priceRange: 0.02, // the price of a variant is a range; the dearer end is asked
  noHsCode: 0.025,
  ambiguousKey: 0.04,
  noStock: 0.03,
  noFreight: 0.03, // no method ships it
  longName: 0.01,
  noImages: 0.01,
  brokenImage: 0.01, // the first picture is a page
  chinese: 0.03,
  twin: 0.02, // the same title as the product before it
  shouting: 0.02,
  noText: 0.01,
};

function lieFor(u) {
  let left = u;
  for (const [lie, part] of Object.entries(LIES)) {
    left -= part;
    if (left < 0) {
      return lie;
    }
  }
  return null;
}

/** log-uniform: as many between 1 and 2 as between 10 and 20. */
const spread = (rng, [low, high]) => Math.round(low * (high / low) ** rng.next());

export function categoryId(category) {
  const word = (salt) =>
    hash(`${salt} ${category.first} ${category.second} ${category.third}`)
      .toString(16)
      .toUpperCase()
      .padStart(8, '0');
  const [a, b, c] = [word('a'), word('b'), word('c')];
  return `${a}-${b.slice(0, 4)}-4${b.slice(4, 7)}-A${c.slice(0, 3)}-${word('d')}${c.slice(4)}`;
}

const CATEGORY_IDS = CATEGORIES.map(categoryId);

/** One product in ten has a UUID, the others 19 digits. */
function pidOf(index, rng) {
  if (!rng.chance(0.1)) {
    return String(2510010000000000000n + BigInt(index) * 1000n);
  }
  const head = Math.floor(rng.next() * 0x7fffffff)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0');
  return `${head}-51C7-4D0B-9A00-${index.toString(16).toUpperCase().padStart(12, '0')}`;
}

function honestTitle(rng, category, thing) {
  const material = rng.chance(0.4) ? rng.pick(category.materials) : '';
  return [rng.pick(ADJECTIVES), material, thing, rng.pick(ENDINGS)].filter(Boolean).join(' ');
}

function titleOf(rng, card, before) {
  const honest = honestTitle(rng, card.category, card.thing);
  const tell = {
    brand: () => `${card.brand} ${honest}`,
    health: () => `${honest} ${rng.pick(CLAIMS).split(' ').slice(0, 5).join(' ')}`,
    longName: () => `${honest} Caf\u00e9 \u2014 ${`${card.thing} `.repeat(60)}`.trim(),
    twin: () => before?.title ?? honest,
    shouting: () => `HOT SALE!!! ${honest.toUpperCase()} BEST QUALITY FREE SHIPPING`,
  };
  const lie = card.lies.find((l) => tell[l]);
  return lie ? tell[lie]() : honest;
}

function liesOf(rng, category) {
  const lies = new Set([lieFor(rng.next()), rng.chance(0.06) ? lieFor(rng.next() * 0.45) : null]);
  if (category.sizes.some((size) => size.includes('-'))) {
    lies.add('ambiguousKey');
  }
  lies.delete(null);
  return [...lies];
}

export function makeCard(seed, index, before) {
  const rng = new Rng(mix(seed, index, 1));
  const at = rng.int(0, CATEGORIES.length - 1);
  const category = CATEGORIES[at];
  const grams = spread(rng, category.grams);
  // Heavy goods of a category tend to be the dearer ones, but not strictly.
  const heavy =
    Math.log(grams / category.grams[0]) / Math.log(category.grams[1] / category.grams[0]);
  const level = 0.35 * heavy + 0.65 * rng.next();
  // Cheap against their freight: about a third leaves a sound margin at ten times the cost or less.
  const [low, high] = [category.cents[0] * 0.1, category.cents[1] * 0.7];
  const lies = liesOf(rng, category);
  const card = {
    index,
    move: mix(seed, index, 2) | 0,
    pid: pidOf(index, rng),
    code: `${category.first.slice(0, 2).toUpperCase()}${3000000 + index}`,
    category,
    categoryId: CATEGORY_IDS[at],
    grams,
    cents: lies.includes('cent') ? 1 : Math.max(9, Math.round(low * (high / low) ** level)),
    lies,
    thing: lies.includes('restricted') ? rng.pick(RESTRICTED) : rng.pick(category.things),
    brand: rng.pick(BRANDS),
    kind: kindFor(rng.next()),
    rate: 0.2 + 4 * rng.next() ** 2,
    listedBase: Math.round(3 * 500 ** rng.next()),
    stockBase: lies.includes('noStock') ? 0 : rng.int(80, 6000),
    stockUs: rng.chance(0.2) && !lies.includes('noStock') ? rng.int(20, 300) : 0,
    sensitive: share(seed, index, 3) < (category.keys.endsWith('Plug') ? 0.5 : 0.03),
  };
  card.title = titleOf(rng, card, before);
  card.words = `${card.title} ${category.third} ${category.second} ${category.first}`.toLowerCase();
  return card;
}

/** The index a pid of ours names, or -1; whether it is exactly that pid, the card knows. */
export function indexOfPid(pid) {
  if (/^2510[0-9]{15}$/.test(pid)) {
    return Number((BigInt(pid) - 2510010000000000000n) / 1000n);
  }
  const match = /^[0-9A-F]{8}-51C7-4D0B-9A00-([0-9A-F]{12})$/.exec(pid);
  return match ? parseInt(match[1], 16) : -1;
}
