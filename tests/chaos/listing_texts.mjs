// A second opinion on listing texts: does a text say what no shop may say, or a number that the supplier never told?  It shares
// nothing with the program's own checks: the facts come from the sandbox's catalogue, made anew from its seed; the lists are short
// and plain.
import { Supply } from '../sandbox/cj/supply.mjs';
import { productFields } from '../sandbox/cj/supply_json.mjs';
import { sizesOf } from '../sandbox/cj/supply_text.mjs';
import { BRANDS } from '../sandbox/cj/supply_words.mjs';

const words = (list) => new RegExp(`(?<![\\p{L}\\p{N}])(?:${list.join('|')})(?![\\p{L}\\p{N}])`, 'iu');

const FORBIDDEN = {
  brand: words([...BRANDS.map((b) => b.replace(/ /g, '\\s+')), 'iPhone', 'iPad', 'Samsung', 'Sony', 'Tesla', 'GoPro', 'Ikea', 'Rolex',
    'Chanel']),
  health: words(['cur(?:e|es|ed|ing)', 'heal(?:s|ed|ing)?', 'relie(?:ve|ves|ving|f)', 'pain', 'arthritis', 'clinical\\w*', 'doctors?',
    'detox\\w*', 'wrinkles?', 'burns? fat', 'blood pressure', 'anti-?inflammatory', 'therap\\w+', 'medical', 'slimming', 'weight loss',
    'lose weight', 'improves? your sleep']),
  absolute: words(['best', 'guarantee\\w*', 'number one', 'no\\. ?1', '100 ?%', '100 percent', 'forever', 'perfect\\w*', 'risk[- ]free',
    'instant(?:ly)?', 'in the world', 'everlasting', 'unbeatable']),
  price: words(['discounts?', 'on sale', 'hot sale', 'today only', 'only today', 'left in stock', 'free shipping', 'cheap(?:er|est)?',
    'limited time', 'order now', 'USD']),
  money: /[$€£¥]/,
  orders: words(['ignore', 'previous instructions', 'disregard', 'FDA', 'system', 'assistant', 'prompt', 'write that']),
  address: /https?:|www\.|javascript:|\.example|click here/i,
  foreign: /[\u3000-\u9fff\uff00-\uffef]/,
};

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'", apos: "'" };
const plain = (html) => String(html ?? '').replace(/<[^>]*>/g, '\n').replace(/&(\w+|#39);/g, (all, name) => ENTITIES[name] ?? all);

// ---- numbers ----

const UNITS = {
  mm: ['length', 1], cm: ['length', 10], m: ['length', 1000], in: ['inch', 1], inch: ['inch', 1], inches: ['inch', 1],
  g: ['weight', 1], gram: ['weight', 1], grams: ['weight', 1], kg: ['weight', 1000], ml: ['volume', 1], l: ['volume', 1000],
  '%': ['part', 1],
};
const UNIT = '(mm|cm|m|inch(?:es)?|in|kg|grams?|g|ml|l|%)(?![\\p{L}\\p{N}])';
const CHAIN = new RegExp(`\\d+(?:\\.\\d+)?(?:\\s*[x×*]\\s*\\d+(?:\\.\\d+)?)*\\s*${UNIT}`, 'giu');
const NUMBER = /\d+(?:\.\d+)?/g;

// All numbers of a text as "family:value"; one without a unit as ":value".
export function numbersIn(text) {
  const found = [];
  const rest = text.replace(/(\d),(\d{3})(?!\d)/g, '$1$2').replace(CHAIN, (chain, unit) => {
    const [family, factor] = UNITS[unit.toLowerCase()];
    for (const [number] of chain.matchAll(NUMBER)) found.push(`${family}:${Math.round(Number(number) * factor * 1000) / 1000}`);
    return ' ';
  });
  for (const [number] of rest.matchAll(NUMBER)) found.push(`:${Number(number)}`);
  return found;
}

// What the supplier tells about a product, in words; and how many colours and sizes there are.
function factsOf(product) {
  const { card } = product;
  const fields = productFields(product, 'https://pictures');
  const sizes = sizesOf(card);
  const source = plain(fields.description);
  const counts = ['color', 'size'].map((key) => new Set(product.variants.map((v) => v.options[key])).size);
  const texts = [product.title, fields.categoryName, fields.materialNameEn, fields.packingNameEn, source, ...counts, product.variants.length,
    ...product.variants.map((v) => v.style), ...[card, ...product.variants].map(({ grams }) => `${grams} g`)];
  const known = new Set(texts.flatMap((text) => numbersIn(String(text ?? ''))));
  for (const mm of sizes) known.add(`length:${mm}`);
  return { known, source };
}

const bare = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

// A run of eight words that stands in the supplier's text as well.
function copiedRun(text, source) {
  const theirs = ` ${bare(source).join(' ')} `;
  const ours = bare(text);
  for (let i = 0; i + 8 <= ours.length; i += 1) {
    const run = ours.slice(i, i + 8).join(' ');
    if (theirs.includes(` ${run} `)) return run;
  }
  return null;
}

// ---- the judgement ----

const count = (text) => [...text].length;
const wordCount = (text) => text.split(/\s+/).filter(Boolean).length;
// The shop tells pictures of the same text apart by a number behind it.
const withoutNumber = (alt) => alt.replace(/ \(\d+\)$/, '');
const FORM = [
  ['title of 20 to 70 characters', (t) => count(t.title) >= 20 && count(t.title) <= 70],
  ['title in ordinary letters', (t) => !(/\p{Lu}{4}/u.test(t.title) && t.title === t.title.toUpperCase())],
  ['title that repeats nothing', (t) => new Set(bare(t.title)).size * 2 > bare(t.title).length],
  ['description of 80 to 300 words', (t) => wordCount(plain(t.html)) >= 80 && wordCount(plain(t.html)) <= 300],
  ['description with a list', (t) => t.html.includes('<ul>') && t.html.includes('<li>')],
  ['only p, ul, li and strong, without attributes', (t) => (t.html.match(/<[^>]*>?/g) ?? []).every((tag) => /^<\/?(?:p|ul|li|strong)>$/.test(tag))],
  ['search title of 60 characters', (t) => count(t.seoTitle) <= 60],
  ['search text of 70 to 155 characters', (t) => count(t.meta) >= 70 && count(t.meta) <= 155],
  ['at most ten tags', (t) => t.tags.length <= 10],
  ['tags of 2 to 25 small letters', (t) => t.tags.every((tag) => tag === tag.toLowerCase() && count(tag) >= 2 && count(tag) <= 25)],
  ['picture texts of 125 characters', (t) => t.alts.every((alt) => count(withoutNumber(alt)) <= 125)],
];

export class TextJudge {
  // As the sandbox was started.
  constructor({ seed = 1, products = 5000 } = {}) {
    this.supply = new Supply({ seed, size: products, imageBase: 'https://pictures', clock: { now: () => Date.now() } });
    this.facts = new Map();
  }

  #factsOf(pid) {
    if (!this.facts.has(pid)) {
      const product = this.supply.byPid(pid);
      if (!product) throw new Error(`the catalogue has no product ${pid}`);
      this.facts.set(pid, factsOf(product));
    }
    return this.facts.get(pid);
  }

  // What is wrong with a text {title, html, seoTitle, meta, tags, alts} of a product; [] = nothing.
  faults(pid, text) {
    const { known, source } = this.#factsOf(pid);
    const alts = text.alts.map(withoutNumber).join('\n');
    const { title, seoTitle, meta } = text;
    const fields = { title, description: plain(text.html), seoTitle, meta, tags: text.tags.join('\n'), alts };
    const found = FORM.filter(([, holds]) => !holds(text)).map(([rule]) => `form: not ${rule}`);
    for (const [field, value] of Object.entries(fields)) {
      for (const [rule, pattern] of Object.entries(FORBIDDEN)) {
        const hit = pattern.exec(value);
        if (hit) found.push(`${rule}: "${hit[0]}" in ${field}`);
      }
      for (const number of numbersIn(value)) {
        if (!known.has(number)) found.push(`number: ${number} in ${field} is no fact`);
      }
    }
    const prose = [...text.html.matchAll(/<p>([^]*?)<\/p>/g)].map((m) => plain(m[1])).join(' . ');
    const run = copiedRun(prose, source);
    if (run) found.push(`copied: "${run}"`);
    return found;
  }
}

// A row of listing_text, and a product of the sandbox's shop, as the judge takes them.
export function ofRow(row) {
  return { title: row.title, html: row.description_html, seoTitle: row.seo_title, meta: row.meta_description, tags: row.tags, alts: row.alt_texts };
}

export function ofShop(p) {
  const alts = p.media.map((m) => m.alt ?? '');
  return { title: p.title, html: p.descriptionHtml, seoTitle: p.seo?.title ?? '', meta: p.seo?.description ?? '', tags: p.tags, alts };
}
