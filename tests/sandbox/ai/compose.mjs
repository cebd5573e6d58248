// What a model that keeps to its rules would answer: by the request's schema, from the facts in the user's text, nothing else.

const CLAIMS =
  /cure|heal|inflammatory|improve|reliev|wound|proven|recommend|medical|weight loss|capsule|burn|pain|detox|slim|wrinkle|arthritis|clinical|doctor|therap|best|guarantee|perfect|premium|forever|instant|risk|eco|green energy|sustainab|climate|cheap|discount|sale|warranty|deliver|shipping|stock|review|customer|certified|tested|waterproof|ignore|instruction|http|[$€£]/i;
const NEUTRAL = [
  'This page describes the item by what the supplier has put on record about it.',
  'Each line of the list below repeats one entry of that record in plain words.',
  'Where the record says nothing, this text says nothing either, so please look at the pictures as well.',
  'Colours can look somewhat different on a screen than they do in daylight.',
  'If a detail that matters to you is missing here, ask before you order and we will look it up.',
  'The options that can be chosen are shown beside the pictures.',
  'Please compare the measurements in the list with the place where you want to use the item.',
];

/** The facts of a request: "1. Material: Silicone", in an array "facts" of a JSON object or as lines of a text. */
export function factsOf(user) {
  let given = null;
  try {
    given = JSON.parse(user);
  } catch {
    // a text with lines
  }
  const lines = Array.isArray(given?.facts) ? given.facts.map(String) : user.split('\n');
  const facts = [];
  for (const line of lines) {
    const [, number, name, value] = /^\s*(\d+)\.\s+([^:]{1,60}):\s*(.+?)\s*$/.exec(line) ?? [];
    if (number) {
      facts.push({ number: Number(number), name, value });
    }
  }
  return { facts, given: given && typeof given === 'object' ? given : {} };
}

/* Names that a model knows to be somebody's. */
const BRANDS =
  /^(adidas|airpods|apple|barbie|chanel|disney|dyson|gucci|iphone|lego|lv|marvel|minecraft|nike|nintendo|pokemon|prada|rolex|samsung|stanley|tesla|xiaomi|yeti)$/i;

const words = (text) => text.split(/\s+/).filter(Boolean);
const pieces = (text) => text.match(/[\p{L}\p{N}]+/gu) ?? [];
/* Longer ones would be the supplier's own words in a row. */
const usable = (fact) =>
  pieces(`${fact.name} ${fact.value}`).length <= 7 && !CLAIMS.test(`${fact.name} ${fact.value}`);
const plain = (text) =>
  text
    .replace(/[<>&"'`*]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

function cutAtWord(text, most) {
  return text.length <= most
    ? text
    : text
        .slice(0, most + 1)
        .replace(/\s+\S*$/, '')
        .replace(/[\s,:;-]+$/, '');
}

/** A name without numbers, shouting, brands and repetition, which ends where the claims begin. */
function nameOf({ facts, given }) {
  const source =
    given.supplier_name ?? facts.find((f) => /^(name|product)$/i.test(f.name))?.value ?? '';
  const all = words(plain(source).split(/[\u2013\u2014|,]/)[0]);
  const claim = all.findIndex((w, i) => i > 1 && CLAIMS.test(w));
  const kept = [...new Set(claim < 0 ? all : all.slice(0, claim))]
    .filter((w) => /^[^\d]*[a-z][^\d]*$/i.test(w) && !CLAIMS.test(w) && !BRANDS.test(w))
    .map((w) => (w === w.toUpperCase() ? w.toLowerCase() : w))
    .slice(0, 6);
  const name = kept.join(' ');
  return name === '' ? 'Item' : name[0].toUpperCase() + name.slice(1);
}

function titleOf(name, facts) {
  const extras = facts
    .filter((f) => f.value.length <= 25)
    .map((f) => `${f.name.toLowerCase()} ${f.value}`);
  let title = cutAtWord(name, 60);
  for (const extra of [...extras, 'with options to choose from']) {
    if (title.length >= 20) {
      break;
    }
    if (title.length + extra.length + 2 <= 70) {
      title += `, ${plain(extra)}`;
    }
  }
  return title;
}

function describe(name, facts) {
  const bullets = facts.map((f) => `<li><strong>${plain(f.name)}:</strong> ${plain(f.value)}</li>`);
  const list = bullets.length > 0 ? bullets.join('') : '<li>See the pictures for its form</li>';
  const [first, ...rest] = NEUTRAL;
  return `<p>${name}. ${first} ${rest.slice(0, 2).join(' ')}</p><ul>${list}</ul><p>${rest.slice(2).join(' ')}</p>`;
}

function meta(name) {
  return `${cutAtWord(name, 55)}, described by what the supplier has put on record, with pictures and the options to choose from.`;
}

function tagsOf(name) {
  const found = words(name.toLowerCase()).map((w) => w.replace(/[^a-z-]/g, ''));
  return [
    ...new Set(found.filter((w) => w.length >= 3 && w.length <= 25 && w !== 'leather')),
  ].slice(0, 6);
}

function listing(source) {
  const said = new Set();
  const facts = source.facts
    .filter((f) => usable(f) && !said.has(f.value.toLowerCase()) && said.add(f.value.toLowerCase()))
    .slice(0, 10);
  const name = nameOf(source);
  const images = Number.isInteger(source.given.images) ? source.given.images : 1;
  return {
    facts_used: facts.map((f) => f.number),
    title: titleOf(name, facts),
    description_html: describe(name, facts),
    seo_title: cutAtWord(name, 60),
    meta_description: meta(name),
    tags: tagsOf(name),
    alt_texts: Array.from({ length: images }, () =>
      cutAtWord(`Picture of the ${name.toLowerCase()}`, 120),
    ),
  };
}

/** Any value that fits a schema. */
export function anyOfSchema(schema, name = 'text') {
  if (schema.enum) {
    return schema.enum[0];
  }
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([k, s]) => [k, anyOfSchema(s, k)]),
      );
    case 'array':
      return [anyOfSchema(schema.items, name)];
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 1;
    default:
      return `Some ${name}`;
  }
}

const isListing = (schema) =>
  ['title', 'description_html', 'facts_used'].every((k) => schema?.properties?.[k]);

/** The answer as an object; its members come in the schema's order. */
export function compose(schema, user) {
  if (!isListing(schema)) {
    return anyOfSchema(schema);
  }
  const made = listing(factsOf(user));
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, part]) => [
      key,
      made[key] ?? anyOfSchema(part, key),
    ]),
  );
}
