// How a product of the large catalogue moves from day to day: pure functions of its seed and the day, so that any day can be asked.

const DAY_MS = 86400_000;
const EPOCH_DAY = Date.UTC(2026, 0, 1) / DAY_MS;
const CYCLE = 60;

/** Stable 32 bits out of three numbers. */
export function mix(a, b, c = 0) {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ Math.imul(c + 0x165667b1, 0x27d4eb2f), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A stable number in [0, 1). */
export const share = (a, b, c = 0) => mix(a, b, c) / 4294967296;

/** kind -> how likely it is, and listings that are added on a day of its cycle (noise u in [0, 1)). */
const KINDS = {
  steady: { part: 0.38, gain: (rate, c, u) => rate + u },
  rising: {
    part: 0.18,
    gain: (rate, c, u) => (c < 30 ? 0.3 * rate : rate * (3 + (c - 30) * 0.4)) + u,
  },
  fading: { part: 0.15, gain: (rate, c) => (c < 20 ? rate * 8 : rate * 8 * 0.8 ** (c - 20)) },
  quiet: { part: 0.16, gain: (rate, c, u) => (u < 0.05 ? 1 : 0) },
  reset: { part: 0.07, gain: (rate, c, u) => rate * 3 + 1 + u },
  leaving: { part: 0.06, gain: (rate, c, u) => rate + u },
};
const LEAVES_AT = 48;

export function kindFor(u) {
  let left = u;
  for (const [kind, { part }] of Object.entries(KINDS)) {
    left -= part;
    if (left < 0) {
      return kind;
    }
  }
  return 'steady';
}

export const dayOf = (ms) => Math.floor(ms / DAY_MS);

/** Day of the cycle and number of whole cycles before it. */
function place(card, day) {
  const t = day - EPOCH_DAY + (card.move % CYCLE);
  const cycles = Math.floor(t / CYCLE);
  return { cycles, at: t - cycles * CYCLE };
}

/** Listings gained from the start of a cycle up to and with day `at` of it. */
function gained(card, at) {
  const { gain } = KINDS[card.kind];
  let sum = 0;
  for (let c = 0; c <= at; c++) {
    sum += Math.floor(gain(card.rate, c, share(card.move, c)));
  }
  return sum;
}

/** How many sellers list the product on that day. */
export function listedOn(card, day) {
  const { cycles, at } = place(card, day);
  if (card.kind === 'reset') {
    return Math.floor(card.listedBase / 20) + gained(card, at);
  }
  card.cycleGain ??= gained(card, CYCLE - 1);
  return Math.max(0, card.listedBase + cycles * card.cycleGain + gained(card, at));
}

export function goneOn(card, day) {
  return card.kind === 'leaving' && place(card, day).at >= LEAVES_AT;
}

/** When it came into the catalogue: within the last 900 days, so that there are always new ones. */
export function createdOn(card, day) {
  const age = 1 + ((day + (mix(card.move, 907) % 900)) % 900);
  return (day - age) * DAY_MS + (mix(card.move, 908) % 24) * 3600_000;
}

const STEPS = [1, 1, 1, 1.04, 0.97, 1.12, 1.3];

/** What the cost of that day is multiplied with: most never move, a third step every 8 to 30 days. */
export function priceFactorOn(card, day) {
  if (share(card.move, 901) >= 0.33) {
    return 1;
  }
  const period = 8 + (mix(card.move, 902) % 23);
  return STEPS[mix(card.move, 903, Math.floor(day / period)) % STEPS.length];
}

/** Stock of one variant (number k) in China: it drains and is filled up again; some run short for ten days of sixty. */
export function stockOn(card, k, day) {
  const { at } = place(card, day);
  const base = Math.round(card.stockBase * (0.5 + share(card.move, 904, k)));
  if (share(card.move, 905) < 0.06 && at >= 40 && at < 50) {
    return mix(card.move, 906, k) % 16;
  }
  return Math.max(0, base - Math.floor((base / 90) * at));
}
