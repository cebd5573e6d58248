// What goes wrong on request: texts that must not be published, answers that cannot be used, services that do not work.

import { factsOf } from './compose.mjs';

const add = (sentence) => (answer) => {
  if (typeof answer.description_html !== 'string') {
    return Object.fromEntries(
      Object.entries(answer).map(([k, v]) => [k, typeof v === 'string' ? `${v} ${sentence}` : v]),
    );
  }
  return {
    ...answer,
    description_html: answer.description_html.replace('</p>', ` ${sentence}</p>`),
  };
};

function copied(answer, user) {
  const { given, facts } = factsOf(user);
  const source =
    String(given.supplier_text ?? '') || facts.map((f) => `${f.name} ${f.value}`).join(' ');
  return add(source.split(/\s+/).filter(Boolean).slice(0, 16).join(' '))(answer);
}

/** kind -> how the honest answer is spoilt */
export const TEXTS = {
  number: add('It holds 987 ml and weighs 654 g.'),
  health: add('It relieves pain, cures arthritis and is clinically proven.'),
  brand: add('Made like a Dyson and as good as Apple.'),
  absolute: add('It is the best in the world and guaranteed to last forever.'),
  price: add('Today only $9.99 instead of $29.99, just 3 left in stock.'),
  copied,
  markup: add('<script>alert(1)</script><a href="https://evil.example">click here</a>'),
  shouting: (answer) => ({ ...answer, title: String(answer.title ?? 'title').toUpperCase() }),
  long: (answer) => ({ ...answer, title: `${answer.title ?? ''} and more`.repeat(12) }),
};

/** kind -> how the text of the answer is spoilt */
export const RAW = {
  invalid_json: (text) => `${text.slice(0, -1)},`,
  wrong_schema: (text) => JSON.stringify({ ...JSON.parse(text), surprise: true }),
  duplicate_keys: (text) => {
    const [key] = Object.keys(JSON.parse(text));
    return `{${JSON.stringify(key)}:"another",${text.slice(1)}`;
  },
  empty: () => '',
  large: (text) => text + ' '.repeat(5 * 1024 * 1024),
};

/** Kinds that the endpoints know how to say in their own words. */
const SERVICE = [
  'mixed',
  'refusal',
  'truncated',
  'filtered',
  'commentary',
  'rate',
  'quota',
  'auth',
  'error',
  'overload',
  'html',
  'error200',
  'slow',
  'drop',
];
/** What a bad model says: one of these at a time. */
const MIXED = [
  ...Object.keys(TEXTS),
  'invalid_json',
  'wrong_schema',
  'duplicate_keys',
  'empty',
  'refusal',
  'truncated',
];
export const KINDS = [...Object.keys(TEXTS), ...Object.keys(RAW), ...SERVICE];
const SERVICES = ['openai', 'anthropic', 'compatible', '*'];

export class Wrongs {
  constructor(rng, list = []) {
    this.rng = rng;
    this.list = list;
  }

  /** Throws an Error that says what is wrong with the wish. */
  add(spec) {
    const wrong = {
      id: 1 + this.list.reduce((most, w) => Math.max(most, w.id), 0),
      service: spec.service ?? '*',
      kind: spec.kind,
      rate: spec.rate ?? 1,
      count: spec.count ?? null,
      ms: spec.ms ?? 1000,
      retry_after: spec.retry_after ?? null,
      hits: 0,
    };
    if (!KINDS.includes(wrong.kind)) {
      throw new Error(`kind must be one of ${KINDS.join(', ')}`);
    }
    if (!SERVICES.includes(wrong.service)) {
      throw new Error(`service must be one of ${SERVICES.join(', ')}`);
    }
    if (!(wrong.rate >= 0 && wrong.rate <= 1)) {
      throw new Error('rate must be between 0 and 1');
    }
    this.list.push(wrong);
    return wrong;
  }

  clear() {
    this.list.length = 0;
  }

  /** The first that applies to this call, or null. */
  choose(service) {
    const found = this.list.find(
      (w) =>
        (w.service === '*' || w.service === service) &&
        (w.count === null || w.hits < w.count) &&
        this.rng.chance(w.rate),
    );
    if (!found) {
      return null;
    }
    found.hits += 1;
    return found.kind === 'mixed' ? { ...found, kind: this.rng.pick(MIXED) } : found;
  }
}
