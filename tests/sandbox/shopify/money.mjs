// The money of the shop's orders: discounts, taxes, duties, payments with fees, gift cards. Minor units of the shop's currency.
// All of it is switched on by options; with none of them an order is goods plus shipping, as it was.

const WHOLE = new Set(['JPY', 'KRW', 'CLP', 'VND']);
/** What a cent of the catalog is in a currency without cents. */
const PER_CENT = 1.5;
const FEE_PPM = 29000;
const FEE_FIXED = 30;
const DISCOUNTS = [0.1, 0.15, 0.2];
const GIFT_CARDS = [2500, 5000];

export const unitsPerMajor = (currency) => (WHOLE.has(currency) ? 1 : 100);
export const major = (minor, currency) => minor / unitsPerMajor(currency);
/** Prices of the catalog are cents of a dollar. */
export const fromCents = (cents, currency) =>
  WHOLE.has(currency) ? Math.round(cents * PER_CENT) : cents;

/** MoneyV2.amount drops zeros: "24.9", "10.0", "1980.0". */
export function amountText(minor, currency) {
  const value = major(minor, currency);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

export const moneyView = (minor, currency) => ({
  amount: amountText(minor, currency),
  currencyCode: currency,
});
export const bagView = (minor, currency) => ({
  shopMoney: moneyView(minor, currency),
  presentmentMoney: moneyView(minor, currency),
});

/** Splits a total by weights, largest remainder first, the lower index at a tie. */
export function split(total, weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((w) => Math.floor((total * w) / sum));
  const order = weights
    .map((w, i) => ({ i, rest: (total * w) % sum }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  const left = total - shares.reduce((a, b) => a + b, 0);
  order.slice(0, left).forEach(({ i }) => {
    shares[i] += 1;
  });
  return shares;
}

const share = (total, count, of) => (count === of ? total : split(total, [count, of - count])[0]);
/** The part of a line's sum (discount, tax, duty) that falls on so many of its units. */
export const partOf = (line, key, count) => share(line[key] ?? 0, count, Math.max(1, line.quantity));

/** What the buyer is charged for `count` units of a line, with tax and duty. */
export function lineCharge(order, line, count) {
  const goods = line.priceCents * count - partOf(line, 'discountCents', count);
  const tax = order.taxesIncluded ? 0 : partOf(line, 'taxCents', count);
  return goods + tax + partOf(line, 'dutyCents', count);
}

/** What the order charges: its present lines (edits counted, refunds not), shipping, taxes, duties. */
export function chargedCents(order) {
  const shippingTax = order.taxesIncluded ? 0 : (order.shippingTaxCents ?? 0);
  return (
    order.lines.reduce((sum, l) => sum + lineCharge(order, l, l.current), 0) +
    order.shippingCents +
    shippingTax
  );
}

/** The tax on an amount by the shop's rate, on top of it or in it. */
export function taxOn(amount, order) {
  const rate = order.taxRate ?? 0;
  return Math.round(order.taxesIncluded ? amount - amount / (1 + rate) : amount * rate);
}

/** The tax of a line whose quantity, price or discount changed. */
export function taxLine(order, line) {
  line.taxCents = line.giftCard
    ? 0
    : taxOn(line.priceCents * line.quantity - (line.discountCents ?? 0), order);
}

function discount(order, rng) {
  const goods = order.lines.filter((l) => !l.giftCard);
  const gross = goods.map((l) => l.priceCents * l.quantity);
  const total = Math.round(gross.reduce((a, b) => a + b, 0) * rng.pick(DISCOUNTS));
  split(total, gross).forEach((cents, i) => {
    goods[i].discountCents = cents;
  });
}

/** A buyer abroad who pays import duties at the checkout. */
function charge(order, rng) {
  order.lines
    .filter((l) => !l.giftCard)
    .forEach((l) => {
      l.dutyCents = Math.round(l.priceCents * l.quantity * rng.pick([0.05, 0.1]));
    });
}

const feeOf = (minor, currency) =>
  Math.round((minor * FEE_PPM) / 1_000_000) + fromCents(FEE_FIXED, currency);

function payment(order, gateway, cents, told) {
  return {
    kind: 'SALE',
    status: 'SUCCESS',
    gateway,
    cents,
    feeCents: told ? feeOf(cents, order.currency) : null,
  };
}

/** The payments of an order: with fees when the shop's own payments took them; now and then a gift card pays a part. */
export function pay(order, settings, rng) {
  const total = order.totalOverride ?? chargedCents(order);
  const card = rng.chance(settings.giftCardRate) ? Math.floor(total / 4) : 0;
  const told = rng.chance(settings.feeRate);
  order.payments = [
    ...(card > 0 ? [payment(order, 'gift_card', card, false)] : []),
    payment(order, told ? 'shopify_payments' : 'bogus', total - card, told),
  ];
}

/** A gift card in the basket: money in advance, nothing to ship. */
export const giftCardLine = (settings, rng, id) => ({
  id,
  sku: null,
  title: 'Gift card',
  style: null,
  quantity: 1,
  current: 1,
  fulfilled: 1,
  priceCents: fromCents(rng.pick(GIFT_CARDS), settings.currency),
  variantId: null,
  productId: null,
  giftCard: true,
});

/** Puts discounts, duties, taxes and payments on a new order whose lines and shipping stand. */
export function dress(order, settings, rng) {
  order.taxesIncluded = settings.taxesIncluded;
  order.taxRate = settings.taxRate;
  if (rng.chance(settings.discountRate)) {
    discount(order, rng);
  }
  if (rng.chance(settings.dutyRate)) {
    charge(order, rng);
  }
  order.lines.forEach((l) => taxLine(order, l));
  order.shippingTaxCents = taxOn(order.shippingCents, order);
  order.payments = [];
  order.refunds = [];
  if (order.financial === 'PAID') {
    pay(order, settings, rng);
  }
}
