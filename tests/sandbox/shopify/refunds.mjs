// What goes back: refunds made through the API, and those of people who send goods back. Recorded once, with all their parts.

import { isoSeconds } from '../clock.mjs';
import { listConnection } from './connection.mjs';
import { gid, numberOf } from './ids.mjs';
import { bagView, split, taxOn, unitsPerMajor } from './money.mjs';
import { totalCents } from './shop.mjs';
import { lineView, orderView } from './view.mjs';

/** What units `from` .. `from + count` - 1 of a line carry of one of its sums; all units together carry all of it. */
function ofUnits(line, key, from, count) {
  const total = line[key] ?? 0;
  const shares = split(total, Array(Math.max(1, line.quantity)).fill(1));
  return shares.slice(from, from + count).reduce((a, b) => a + b, 0);
}

function refundedLine(shop, order, line, quantity) {
  const from = line.refunded ?? 0;
  const tax = ofUnits(line, 'taxCents', from, quantity);
  const net = line.priceCents * quantity - ofUnits(line, 'discountCents', from, quantity);
  line.refunded = from + quantity;
  return {
    id: 890000000 + shop.newId(),
    lineId: line.id,
    quantity,
    subtotalCents: net,
    taxCents: tax,
    dutyCents: ofUnits(line, 'dutyCents', from, quantity),
  };
}

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

/** Money that belongs to the rows: tax on top unless the prices have it in them. */
function worth(order, rows, shipping) {
  const taxes = order.taxesIncluded ? 0 : sum(rows, 'taxCents') + shipping.taxCents;
  return sum(rows, 'subtotalCents') + sum(rows, 'dutyCents') + shipping.cents + taxes;
}

/**
 * Gives goods and money back: {lines: [{line, quantity}], shippingCents, keepCents (kept back of what they are worth; negative: on
 * top), or instead of it paidCents (what really goes back)}. Returns the refund.
 */
export function giveBack(shop, order, { lines = [], shippingCents = 0, keepCents = 0, paidCents }) {
  const rows = lines
    .filter(({ quantity }) => quantity > 0)
    .map(({ line, quantity }) => refundedLine(shop, order, line, quantity));
  const shipping = { cents: shippingCents, taxCents: taxOn(shippingCents, order) };
  order.refundedShipping = (order.refundedShipping ?? 0) + shippingCents;
  const whole = worth(order, rows, shipping);
  const refund = {
    id: 880000000 + shop.newId(),
    at: shop.world.clock.now(),
    rows,
    shipping: shippingCents > 0 ? shipping : null,
    keptCents: paidCents === undefined ? keepCents : whole - paidCents,
    paidCents: paidCents ?? whole - keepCents,
  };
  (order.refunds ??= []).push(refund);
  shop.refunds.set(refund.id, order);
  settle(order, refund.paidCents);
  shop.note('refundCreate', order, {
    refundId: gid('Refund', refund.id),
    amount: refund.paidCents / unitsPerMajor(order.currency),
  });
  return refund;
}

function settle(order, cents) {
  order.refundedCents += cents;
  if (order.refundedCents > 0) {
    order.financial =
      order.refundedCents >= totalCents(order) ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  }
}

/** A buyer sends goods back: some or all units that were sent, perhaps with shipping, perhaps less a fee for the way back. */
export function takeBack(shop, order, rng) {
  const sent = order.lines.filter((l) => !l.giftCard && l.fulfilled > (l.refunded ?? 0));
  if (sent.length === 0 || order.cancelledAt) {
    return null;
  }
  const all = rng.chance(0.4);
  const lines = (all ? sent : [rng.pick(sent)]).map((line) => {
    const left = line.fulfilled - (line.refunded ?? 0);
    const quantity = all ? left : rng.int(1, left);
    line.back = (line.back ?? 0) + quantity;
    return { line, quantity };
  });
  const shippingLeft = order.shippingCents - (order.refundedShipping ?? 0);
  const refund = giveBack(shop, order, {
    lines,
    shippingCents: rng.chance(0.3) ? shippingLeft : 0,
    keepCents: rng.chance(0.2) ? Math.min(...lines.map(({ line }) => Math.floor(line.priceCents / 10))) : 0,
  });
  shop.touch(order);
  return refund;
}

/** All that is left of an order that was cancelled. */
export function refundAll(shop, order) {
  const lines = order.lines.map((line) => ({
    line,
    quantity: line.current - (line.back ?? 0),
  }));
  lines.forEach(({ line, quantity }) => {
    line.back = (line.back ?? 0) + quantity;
  });
  return giveBack(shop, order, {
    lines,
    shippingCents: order.shippingCents - (order.refundedShipping ?? 0),
    paidCents: totalCents(order) - order.refundedCents, // an order's total may have been given by hand
  });
}

// ---- as GraphQL sees it ----

const lineRow = (order, row) => ({
  __typename: 'RefundLineItem',
  id: gid('RefundLineItem', row.id),
  quantity: row.quantity,
  restockType: 'NO_RESTOCK',
  restocked: false,
  location: null,
  subtotalSet: bagView(row.subtotalCents, order.currency),
  totalTaxSet: bagView(row.taxCents, order.currency),
  lineItem: () => lineView(order, order.lines.find((l) => l.id === row.lineId)),
});

const shippingRow = (order, row) => ({
  __typename: 'RefundShippingLine',
  id: gid('RefundShippingLine', row.id),
  subtotalAmountSet: bagView(row.cents, order.currency),
  taxAmountSet: bagView(row.taxCents, order.currency),
});

const adjustmentRow = (order, row) => ({
  __typename: 'OrderAdjustment',
  id: gid('OrderAdjustment', row.id),
  reason: 'REFUND_DISCREPANCY',
  amountSet: bagView(row.cents, order.currency),
  taxAmountSet: bagView(0, order.currency),
});

function paymentsBack(order, refund) {
  return refund.paidCents === 0
    ? []
    : [
        {
          __typename: 'OrderTransaction',
          id: gid('OrderTransaction', refund.id * 10),
          kind: 'REFUND',
          status: 'SUCCESS',
          gateway: 'bogus',
          test: false,
          createdAt: isoSeconds(refund.at),
          amountSet: bagView(refund.paidCents, order.currency),
          fees: [],
        },
      ];
}

export function refundView(shop, order, refund) {
  const { currency } = order;
  const one = (row) => (row ? [{ ...row, id: refund.id }] : []);
  const kept = refund.keptCents !== 0 ? { cents: refund.keptCents } : null;
  return {
    __typename: 'Refund',
    id: gid('Refund', refund.id),
    legacyResourceId: String(refund.id),
    createdAt: isoSeconds(refund.at),
    processedAt: isoSeconds(refund.at),
    updatedAt: isoSeconds(refund.at),
    note: null,
    totalRefundedSet: bagView(refund.paidCents, currency),
    duties: refund.rows
      .filter((r) => r.dutyCents > 0)
      .map((r) => ({ amountSet: bagView(r.dutyCents, currency), originalDuty: null })),
    refundLineItems: (args) => listConnection(refund.rows, args, (r) => lineRow(order, r)),
    refundShippingLines: (args) =>
      listConnection(one(refund.shipping), args, (r) => shippingRow(order, r)),
    orderAdjustments: (args) => listConnection(one(kept), args, (r) => adjustmentRow(order, r)),
    transactions: (args) =>
      listConnection(
        paymentsBack(order, refund).map((t, i) => ({ ...t, id: i, gid: t.id })),
        args,
        (t) => ({ ...t, id: t.gid }),
      ),
    order: () => orderView(shop, order),
  };
}

export function refundById(shop, id) {
  const number = numberOf('Refund', id);
  const order = shop.refunds.get(number);
  return order ? refundView(shop, order, order.refunds.find((r) => r.id === number)) : null;
}

/** refundCreate: the lines named go back, and as much money as its transactions say. */
export function refundOrder(shop, input) {
  const order = shop.orders.byId.get(numberOf('Order', input.orderId));
  const refuse = (field, message) => ({
    refund: null,
    order: null,
    userErrors: [{ field, message }],
  });
  if (!order) {
    return refuse(['orderId'], 'Order does not exist');
  }
  const rows = input.transactions ?? [];
  const per = unitsPerMajor(order.currency);
  const cents = rows.reduce((total, t) => total + Math.round(Number(t.amount) * per), 0);
  if (rows.some((t) => !t.parentId)) {
    return refuse(['transactions'], 'Transactions require a parent_id associated with the order');
  }
  if (order.refundedCents + cents > totalCents(order)) {
    return refuse(['transactions'], 'Refund amount is more than what is left to refund');
  }
  const lines = (input.refundLineItems ?? []).map(({ lineItemId, quantity }) => ({
    line: order.lines.find((l) => l.id === numberOf('LineItem', lineItemId)),
    quantity,
  }));
  if (lines.some(({ line, quantity }) => !line || quantity > line.current - (line.back ?? 0))) {
    return refuse(['refundLineItems'], 'Refund line items cannot be refunded in this quantity');
  }
  const refund = giveBack(shop, order, { lines, paidCents: cents });
  for (const { line, quantity } of lines) {
    const sent = Math.min(quantity, line.fulfilled - (line.back ?? 0));
    line.back = (line.back ?? 0) + sent;
    line.current -= quantity - sent;
  }
  shop.touch(order);
  return {
    refund: refundView(shop, order, refund),
    order: orderView(shop, order),
    userErrors: [],
  };
}
