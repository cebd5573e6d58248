// The words of one product in full: options, pictures and the supplier's description with all its dirt.

import { Rng } from '../rng.mjs';
import { mix } from './supply_moves.mjs';
import {
  CHINESE,
  CLAIMS,
  COLORS,
  DASHED_COLORS,
  INSTRUCTIONS,
  SCRIPTS,
  STYLES,
} from './supply_words.mjs';

function some(rng, list, most) {
  const from = rng.int(0, list.length - 1);
  const count = Math.min(list.length, rng.int(1, most));
  return Array.from({ length: count }, (_, i) => list[(from + i) % list.length]);
}

/** [{key, color, size}] in order, and the name of the key. */
export function optionsOf(card) {
  const rng = new Rng(mix(card.move, 11));
  const dashed = card.lies.includes('ambiguousKey');
  const colors = card.category.keys === 'Style' ? STYLES : COLORS;
  const first = dashed
    ? [...some(rng, DASHED_COLORS, 2), ...some(rng, colors, 2)]
    : some(rng, colors, 4);
  const sizes = card.category.sizes[0] ? some(rng, card.category.sizes, 4) : [''];
  const rows = first.flatMap((color) =>
    sizes.map((size) => ({ color, size, key: size ? `${color}-${size}` : color })),
  );
  return { keys: card.category.keys, rows };
}

export function sizesOf(card) {
  const side = Math.cbrt((card.grams / card.category.density) * 1e6);
  return [1.5, 1, 0.67].map((part) => Math.max(10, Math.round(part * side)));
}

/** What carriers charge for: 8000 cubic centimetres count as a kilogram. */
export function billedGrams(card) {
  const [l, w, h] = sizesOf(card);
  return Math.max(card.grams, Math.round((l * w * h) / 8000));
}

/** Paths of the pictures; the host is an option of the sandbox. */
export function imagesOf(card) {
  if (card.lies.includes('noImages')) {
    return [];
  }
  const count = 2 + (mix(card.move, 12) % 5);
  return Array.from({ length: count }, (_, i) => {
    const missing = i === 0 && card.lies.includes('brokenImage') ? 'missing-' : '';
    const type = mix(card.move, 13, i) % 4 === 0 ? 'png' : 'jpg';
    return `/quick/product/${missing}${card.code.toLowerCase()}-${i + 1}.${type}`;
  });
}

const cm = (mm) => String(Math.round(mm / 10));

function specification(card, material) {
  const [l, w, h] = sizesOf(card);
  const { rows, keys } = optionsOf(card);
  const weight = card.lies.includes('noWeight') ? '' : `<li>Weight: ${card.grams} g</li>`;
  const sizes = keys.startsWith('Color-')
    ? `<li>${keys.slice(6)}: ${[...new Set(rows.map((r) => r.size))].join(', ')}</li>`
    : '';
  return `<ul><li>Material: ${material}</li><li>Product size: ${cm(l)} x ${cm(w)} x ${cm(h)} cm</li>${weight}<li>${keys.split('-')[0]}: ${[...new Set(rows.map((r) => r.color))].join(', ')}</li>${sizes}</ul>`;
}

function dirt(rng, card) {
  const parts = {
    health: CLAIMS,
    instructions: INSTRUCTIONS,
    script: SCRIPTS,
    chinese: CHINESE,
    brandInText: [`<p>Same quality as ${card.brand}, official ${card.brand} design.</p>`],
    shouting: ['<p><b>100% GUARANTEED!!! ONLY TODAY!!! NO. 1 IN THE WORLD</b></p>'],
  };
  return card.lies.filter((lie) => parts[lie]).map((lie) => rng.pick(parts[lie]));
}

/** Supplier's HTML; untrusted by design. */
export function descriptionOf(card, material, imageBase) {
  const rng = new Rng(mix(card.move, 14));
  if (card.lies.includes('noText')) {
    return rng.pick(['', null, '<p><br></p>']);
  }
  const thing = card.thing.toLowerCase();
  const lines = [
    `<p><strong>Product information:</strong></p>`,
    `<p>${rng.pick(['This', 'A practical', 'An everyday'])} ${thing} made of ${material.toLowerCase()}, easy to ${rng.pick(['use', 'clean', 'store', 'carry'])}.</p>`,
    specification(card, material),
    ...dirt(rng, card),
    `<p><strong>Packing list:</strong></p><p>1 x ${card.thing}</p>`,
  ];
  if (rng.chance(0.5)) {
    lines.push(...imagesOf(card).map((path) => `<p><img src="${imageBase}${path}"></p>`));
  }
  return rng.chance(0.05) ? lines.join('').replaceAll('</p>', '') : lines.join('\n');
}
