// What each order really brought and cost, from the sandbox's own books: the shop's lines, payments and refunds, and what CJ
// took from the wallet. Recomputed here from the facts, with nothing of the judged programs. Minor units of the order's
// currency, without tax; CJ's amounts are cents of a dollar.

import { shopOrderOf } from './judge.mjs';
import { gid } from './shopify/ids.mjs';
import { partOf } from './shopify/money.mjs';
import { shopDay, visitsOfDay } from './shopify/sessions.mjs';

/** a * n / d, half up, exactly. */
const share = (a, n, d) => Number((2n * BigInt(a) * BigInt(n) + BigInt(d)) / (2n * BigInt(d)));

/** Units that were really sold: what an edit took out was not, what came back later was. */
const soldUnits = (line) =>
  Math.min(line.quantity, line.current - (line.back ?? 0) + (line.refunded ?? 0));

function lineMoney(order, line) {
  const units = soldUnits(line);
  const tax = partOf(line, 'taxCents', units);
  const paid = line.priceCents * units - partOf(line, 'discountCents', units);
  const net = order.taxesIncluded ? paid - tax : paid;
  const gross =
    order.taxesIncluded && paid > 0
      ? share(line.priceCents * units, net, paid)
      : line.priceCents * units;
  return {
    line: gid('LineItem', line.id),
    sku: line.sku,
    units,
    giftCard: Boolean(line.giftCard),
    gross,
    discount: gross - net,
    tax,
    duties: partOf(line, 'dutyCents', units),
  };
}

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

function refundMoney(order, refund) {
  const rows = refund.rows.map((r) => ({
    line: gid('LineItem', r.lineId),
    quantity: r.quantity,
    net: r.subtotalCents - (order.taxesIncluded ? r.taxCents : 0),
    tax: r.taxCents,
  }));
  const shipping = refund.shipping ?? { cents: 0, taxCents: 0 };
  return {
    id: gid('Refund', refund.id),
    day: shopDay(refund.at),
    lines: rows,
    shipping: shipping.cents - (order.taxesIncluded ? shipping.taxCents : 0),
    tax: shipping.taxCents,
    duties: sum(refund.rows, 'dutyCents'),
    adjustment: -refund.keptCents,
    paid: refund.paidCents,
  };
}

/** The gateway's fee where it tells it of every payment; null = it does not. */
function feeOf(order) {
  const asked = (order.payments ?? []).filter((p) => p.gateway !== 'gift_card');
  const told = asked.length > 0 && asked.every((p) => p.feeCents !== null);
  return told ? sum(asked, 'feeCents') : null;
}

function costOf(orders) {
  const paid = orders.filter((o) => o.paidAt && !o.parentId && o.status !== 'CANCELLED');
  return { orders: paid.length, cents: paid.reduce((t, o) => t + o.productCents + o.postageCents, 0) };
}

/** {orders: [...], sessions: {day: {...}}} of all orders that are no tests. */
export function moneyOf(world) {
  const byOrder = new Map();
  for (const cj of world.supplier.byId.values()) {
    const order = shopOrderOf(world.shop, cj);
    if (order) {
      byOrder.set(order, [...(byOrder.get(order) ?? []), cj]);
    }
  }
  const orders = [...world.shop.orders.byId.values()].filter((o) => !o.test);
  const rows = orders.map((order) => {
    const lines = order.lines.map((l) => lineMoney(order, l));
    return {
      order: order.name,
      id: gid('Order', order.id),
      day: shopDay(order.createdAt),
      currency: order.currency,
      cancelled: Boolean(order.cancelledAt),
      paid: (order.payments ?? []).length > 0,
      lines,
      shipping: order.shippingCents - (order.taxesIncluded ? order.shippingTaxCents : 0),
      tax: sum(lines, 'tax') + order.shippingTaxCents,
      duties: sum(lines, 'duties'),
      fee: feeOf(order),
      refunds: (order.refunds ?? []).map((r) => refundMoney(order, r)),
      supplier: costOf(byOrder.get(order) ?? []),
    };
  });
  const days = [...new Set(rows.map((r) => r.day))];
  return {
    orders: rows,
    sessions: Object.fromEntries(days.map((day) => [day, visitsOfDay(world.shop, day)])),
  };
}
