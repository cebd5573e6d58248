// The search syntax of orders(query:): terms, AND, OR, NOT, -, parentheses, field:value with comparators and quotes.
// As in the real API a wrong field name does not fail: it is left out of the filter, and only a warning tells.

import { fulfillmentState, totalCents } from './shop.mjs';
import { numberOf } from './ids.mjs';

const TOKEN =
  /\s*(\(|\)|-?[A-Za-z_][A-Za-z0-9_.]*:(?:[<>]=?)?(?:'[^']*'|"[^"]*"|[^\s():]*)|"[^"]*"|'[^']*'|[^\s()]+)/y;

const FINANCIAL = {
  paid: ['PAID'],
  pending: ['PENDING'],
  authorized: ['AUTHORIZED'],
  partially_paid: ['PARTIALLY_PAID'],
  voided: ['VOIDED'],
  partially_refunded: ['PARTIALLY_REFUNDED'],
  refunded: ['REFUNDED'],
  expired: ['EXPIRED'],
  unpaid: ['PENDING', 'AUTHORIZED', 'PARTIALLY_PAID'],
};
const FULFILLMENT = {
  unfulfilled: ['UNFULFILLED'],
  partial: ['PARTIALLY_FULFILLED'],
  fulfilled: ['FULFILLED'],
  on_hold: ['ON_HOLD'],
  unshipped: ['UNFULFILLED', 'ON_HOLD'],
  shipped: ['FULFILLED'],
  scheduled: [],
  request_declined: [],
};
const STATUS = {
  open: (o) => !o.cancelledAt && !o.closedAt,
  closed: (o) => Boolean(o.closedAt) && !o.cancelledAt,
  cancelled: (o) => Boolean(o.cancelledAt),
  not_closed: (o) => !o.closedAt,
  any: () => true,
};

const oneOf = (table, of) => (value) => {
  const wanted = table[value.toLowerCase()];
  return wanted && ((o) => wanted.includes(of(o)));
};
const text = (of) => (value) => (o) => String(of(o) ?? '').toLowerCase() === value.toLowerCase();
const flag = (of) => (value) =>
  /^(true|false)$/i.test(value) ? (o) => String(of(o)) === value.toLowerCase() : null;
const hasTag = (o, value) => o.tags.some((t) => t.toLowerCase() === value.toLowerCase());

const compare = {
  '': (a, b) => a === b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

const instant = (of) => (value, comparator, quoted) => {
  const at =
    !quoted && /T\d\d$/.test(value)
      ? NaN
      : Date.parse(/\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value);
  return Number.isNaN(at)
    ? null
    : (o) => compare[comparator](Math.floor(of(o) / 1000) * 1000, Math.floor(at / 1000) * 1000);
};
const count = (of) => (value, comparator) => {
  const n = numberOf('Order', value) ?? Number(value);
  return value === '' || Number.isNaN(n) ? null : (o) => compare[comparator](of(o), n);
};

/** field -> (value, comparator, quoted) -> test of an order, or null for a value that makes no sense. */
const FIELDS = {
  financial_status: oneOf(FINANCIAL, (o) => o.financial),
  fulfillment_status: oneOf(FULFILLMENT, fulfillmentState),
  status: (value) => STATUS[value.toLowerCase()],
  risk_level: (value) =>
    /^(low|medium|high|none|pending)$/i.test(value)
      ? (o) => o.risk.level === value.toUpperCase()
      : null,
  test: flag((o) => o.test),
  name: (value) => (o) => o.name === `#${value.replace(/^#/, '')}`,
  email: text((o) => o.email),
  tag: (value) => (o) => hasTag(o, value),
  tag_not: (value) => (o) => !hasTag(o, value),
  sku: (value) => (o) => o.lines.some((l) => l.sku.toLowerCase() === value.toLowerCase()),
  customer_id: count((o) => o.customer.id),
  id: count((o) => o.id),
  total_price: count((o) => totalCents(o) / 100),
  created_at: instant((o) => o.createdAt),
  processed_at: instant((o) => o.createdAt),
  updated_at: instant((o) => o.updatedAt),
};

function tokens(query) {
  const list = [];
  TOKEN.lastIndex = 0;
  for (let m = TOKEN.exec(query); m && m[1]; m = TOKEN.exec(query)) {
    list.push(m[1]);
  }
  return list;
}

class Parser {
  constructor(query) {
    this.list = tokens(query);
    this.at = 0;
    this.warnings = [];
    this.bounds = [];
  }

  either() {
    const parts = [this.all()];
    while (this.list[this.at] === 'OR') {
      this.at += 1;
      parts.push(this.all());
    }
    if (parts.length > 1) {
      this.bounds = [];
    }
    return parts.length === 1 ? parts[0] : (o) => parts.some((p) => p(o));
  }

  all() {
    const parts = [];
    while (this.at < this.list.length && !['OR', ')'].includes(this.list[this.at])) {
      if (this.list[this.at] === 'AND') {
        this.at += 1;
      } else {
        parts.push(this.term());
      }
    }
    return (o) => parts.every((p) => p(o));
  }

  term() {
    const token = this.list[this.at++];
    if (token === 'NOT') {
      const inner = this.negated(() => this.term());
      return (o) => !inner(o);
    }
    if (token === '(') {
      const inner = this.either();
      this.at += 1;
      return inner;
    }
    if (token.startsWith('-') && token.length > 1) {
      this.list[--this.at] = token.slice(1);
      const inner = this.negated(() => this.term());
      return (o) => !inner(o);
    }
    return this.leaf(token);
  }

  negated(parse) {
    const kept = this.bounds;
    const inner = parse();
    this.bounds = kept;
    return inner;
  }

  leaf(token) {
    const [, field, comparator, raw] =
      /^([A-Za-z_][A-Za-z0-9_.]*):([<>]=?)?(.*)$/s.exec(token) ?? [];
    if (token.startsWith(':')) {
      return () => true; // the rest of a time without quotes; its front was warned of
    }
    if (field === undefined) {
      return this.words(token.replace(/^["']|["']$/g, ''));
    }
    const quoted = /^["']/.test(raw);
    const value = quoted ? raw.slice(1, -1) : raw;
    if (!FIELDS[field]) {
      return this.ignore(field, `Invalid search field for this query.`, 'invalid_field');
    }
    const test = FIELDS[field](value, comparator ?? '', quoted);
    if (!test) {
      return this.ignore(field, `Input \`${value}\` is not an accepted value.`, 'invalid_value');
    }
    if (/^>=?$/.test(comparator ?? '') && field.endsWith('_at')) {
      this.bounds = [
        ...this.bounds,
        { key: field.toUpperCase(), least: Math.floor(Date.parse(value) / 1000) * 1000 },
      ];
    }
    return test;
  }

  /** A bare word looks into name, e-mail and tags. */
  words(word) {
    const w = word.toLowerCase();
    return (o) =>
      o.name === `#${w.replace(/^#/, '')}` ||
      (o.email ?? '').toLowerCase().includes(w) ||
      hasTag(o, w);
  }

  ignore(field, message, code) {
    this.warnings.push({ field, message, code });
    return () => true;
  }
}

const cache = new Map();

/** {accepts(order), since(sortKey), warnings}: parsed once per text. */
export function parseSearch(query) {
  const found = cache.get(query);
  if (found) {
    return found;
  }
  const parser = new Parser(query ?? '');
  const accepts = parser.either();
  const parsed = {
    accepts,
    warnings: parser.warnings,
    since: (sortKey) =>
      parser.bounds.reduce(
        (most, b) => (b.key === sortKey && (most === null || b.least > most) ? b.least : most),
        null,
      ),
  };
  if (cache.size > 500) {
    cache.clear();
  }
  cache.set(query, parsed);
  return parsed;
}
