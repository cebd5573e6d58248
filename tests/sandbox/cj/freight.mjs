// Freight: which methods go where and what they cost.

const METHODS = [
  { name: 'CJPacket Ordinary', to: null, days: '7-12', base: 230, per100g: 55 },
  {
    name: 'YunExpress Ordinary',
    to: ['US', 'CA', 'GB', 'DE', 'FR', 'AU'],
    days: '6-10',
    base: 310,
    per100g: 70,
  },
  { name: 'CJPacket Sensitive', to: null, days: '8-15', base: 290, per100g: 64, sensitive: true },
  { name: 'DHL Official', to: null, days: '3-7', base: 2150, per100g: 240, sensitive: true },
];
const COUNTRIES = new Set([
  'US',
  'CA',
  'GB',
  'DE',
  'FR',
  'AU',
  'AT',
  'NL',
  'BE',
  'ES',
  'IT',
  'IE',
  'SE',
  'DK',
  'NZ',
  'CH',
  'PL',
]);

function priced(method) {
  return {
    ...method,
    /** Cents for lines of {vid, quantity}. */
    price(lines, catalog) {
      const grams = lines.reduce(
        (sum, l) => sum + (catalog.byVid.get(String(l.vid))?.weight ?? 100) * l.quantity,
        0,
      );
      return method.base + Math.ceil((grams * method.per100g) / 100);
    },
  };
}

export function methodsTo(country) {
  return COUNTRIES.has(country)
    ? METHODS.filter((m) => !m.to || m.to.includes(country)).map(priced)
    : [];
}

/** Batteries and liquids travel by some methods only, and some goods by none. */
export const carries = (method, variant) =>
  !variant.unshippable && (!variant.sensitive || Boolean(method.sensitive));

export function methodFor(name, country) {
  return methodsTo(country).find((m) => m.name === name);
}
