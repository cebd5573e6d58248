// The large catalogue: thousands of products that exist only as far as somebody asks for them. What a product is comes from the
// seed, how it moves from the seed and the day; only what was done to it (sold, changed by a person) is kept.

import { indexOfPid, makeCard } from './supply_cards.mjs';
import {
  createdOn,
  dayOf,
  goneOn,
  listedOn,
  mix,
  priceFactorOn,
  stockOn,
} from './supply_moves.mjs';
import { billedGrams, optionsOf } from './supply_text.mjs';

const KEPT_PRODUCTS = 1000;
const VARIANT_SKU = /^CJ[A-Z]{2}([0-9]{7})([0-9]{2})AZ$/;
const PRODUCT_SKU = /^CJ[A-Z]{2}([0-9]{7})$/;

/** One thing that can be bought; has the fields of the small catalogue's variants. */
class SupplyVariant {
  constructor(product, k, { key, color, size }) {
    this.product = product;
    this.k = k;
    this.pid = product.pid;
    this.vid = String(2510020000000000000n + BigInt(product.card.index * 100 + k));
    this.sku = `${product.sku}${String(k + 1).padStart(2, '0')}AZ`;
    this.style = key;
    this.options = { color, size };
    this.name = `${product.title.slice(0, 120)} ${key}`;
    this.grams = Math.round(product.card.grams * (1 + 0.04 * (k % 5)));
    this.weight = Math.round(billedGrams(product.card) * (1 + 0.04 * (k % 5)));
    this.sensitive = product.card.sensitive;
    this.unshippable = product.card.lies.includes('noFreight');
  }

  get #done() {
    return this.product.done.variants?.[this.k] ?? {};
  }

  #keep(changes) {
    const variants = { ...this.product.done.variants };
    variants[this.k] = { ...this.#done, ...changes };
    this.product.keep({ variants });
  }

  costOn(day) {
    const { card } = this.product;
    const step = card.cents > 1 ? (mix(card.move, 21, this.k) % 4) * Math.ceil(card.cents / 25) : 0;
    return Math.max(1, Math.round((card.cents + step) * priceFactorOn(card, day)));
  }

  get baseCostCents() {
    return this.costOn(this.product.day);
  }

  get costCents() {
    return this.#done.costCents ?? this.product.done.cents ?? this.baseCostCents;
  }

  set costCents(cents) {
    this.#keep({ costCents: cents });
  }

  get offShelf() {
    return this.#done.offShelf ?? this.product.gone;
  }

  set offShelf(value) {
    this.#keep({ offShelf: value });
  }

  #natural(place) {
    const { card, day } = this.product;
    return place === 'CN' ? stockOn(card, this.k, day) : card.stockUs;
  }

  #left(place) {
    const { stock, sold } = this.#done;
    return Math.max(0, (stock?.[place] ?? this.#natural(place)) - (sold?.[place] ?? 0));
  }

  /** What lies there; setting a place is selling from it (or putting back). */
  get stock() {
    const left = (place) => this.#left(place);
    const set = (place, value) => this.#sell(place, this.#left(place) - value);
    return {
      get CN() {
        return left('CN');
      },
      set CN(value) {
        set('CN', value);
      },
      get US() {
        return left('US');
      },
      set US(value) {
        set('US', value);
      },
    };
  }

  set stock({ CN, US }) {
    this.#keep({ stock: { CN, US }, sold: undefined });
  }

  #sell(place, pieces) {
    const { sold = {} } = this.#done;
    this.#keep({ sold: { ...sold, [place]: (sold[place] ?? 0) + pieces } });
  }

  /** Whether a careful shop may have stopped selling it: by a person's doing, or because it moved by itself this month. */
  get touched() {
    const { day } = this.product;
    const before = Array.from({ length: 30 }, (_, i) => this.costOn(day - i - 1));
    return (
      this.offShelf ||
      this.unshippable ||
      this.stock.CN < 100 ||
      this.costCents > Math.min(...before)
    );
  }

  /** The small catalogue is told so by whoever changes a variant; this one knows. */
  set touched(value) {}

  set dirty(value) {}
}

class SupplyProduct {
  constructor(supply, card) {
    this.supply = supply;
    this.card = card;
    this.pid = card.pid;
    this.sku = `CJ${card.code}`;
    this.title = card.title;
    this.category = card.category.third;
    const { keys, rows } = optionsOf(card);
    this.keys = keys;
    this.variants = rows.map((row, k) => new SupplyVariant(this, k, row));
  }

  get day() {
    return this.supply.day;
  }

  get done() {
    return this.supply.done.get(this.pid) ?? {};
  }

  /** Notes what was done to it. */
  keep(changes) {
    this.supply.done.set(this.pid, { ...this.done, ...changes });
  }

  get gone() {
    return this.done.gone ?? goneOn(this.card, this.day);
  }

  get listed() {
    return this.supply.listed(this.card);
  }

  get createdAt() {
    return createdOn(this.card, this.day);
  }
}

export class Supply {
  /**
   * @param options {seed, size, imageBase, clock}
   * @param saved what changes() gave
   */
  constructor({ seed, size, imageBase, clock }, saved = []) {
    Object.assign(this, { seed, size, imageBase, clock });
    this.done = new Map(saved.map(({ pid, ...done }) => [pid, done]));
    this.cards = [];
    this.products = new Map();
  }

  get day() {
    return dayOf(this.clock.now());
  }

  /** The cards up to a number, made when first asked for (one after the other: a twin needs the one before it). */
  card(index) {
    if (!(index >= 0 && index < this.size)) {
      return undefined;
    }
    while (this.cards.length <= index) {
      this.cards.push(makeCard(this.seed, this.cards.length, this.cards.at(-1)));
    }
    return this.cards[index];
  }

  all() {
    this.card(this.size - 1);
    return this.cards;
  }

  product(index) {
    const known = this.products.get(index);
    const card = this.card(index);
    if (known || !card) {
      return known;
    }
    if (this.products.size >= KEPT_PRODUCTS) {
      this.products.delete(this.products.keys().next().value);
    }
    const product = new SupplyProduct(this, card);
    this.products.set(index, product);
    return product;
  }

  byPid(pid) {
    const product = this.product(indexOfPid(String(pid)));
    return product?.pid === String(pid) ? product : undefined;
  }

  byProductSku(sku) {
    const match = PRODUCT_SKU.exec(String(sku));
    const product = match ? this.product(Number(match[1]) - 3000000) : undefined;
    return product?.sku === sku ? product : undefined;
  }

  bySku(sku) {
    const match = VARIANT_SKU.exec(String(sku));
    const variant = match
      ? this.product(Number(match[1]) - 3000000)?.variants[Number(match[2]) - 1]
      : undefined;
    return variant?.sku === sku ? variant : undefined;
  }

  byVid(vid) {
    if (!/^2510020[0-9]{12}$/.test(String(vid))) {
      return undefined;
    }
    const number = Number(BigInt(vid) - 2510020000000000000n);
    return this.product(Math.floor(number / 100))?.variants[number % 100];
  }

  listed(card, day = this.day) {
    return Math.max(0, listedOn(card, day) + (this.done.get(card.pid)?.listedShift ?? 0));
  }

  gone(card) {
    return this.done.get(card.pid)?.gone ?? goneOn(card, this.day);
  }

  changes() {
    return [...this.done].map(([pid, done]) => ({ pid, ...done }));
  }
}
