// Compares, order by order, what should have happened with what did. Expected are orders that every sound rule would
// fulfil; orders that must be held are not; orders where rules may differ (flagged, or the supplier cannot) are "optional".

import { totalCents } from './shopify/shop.mjs';

const PO_BOX =
  /\b(p\.?\s*o\.?\s*box|post\s*office\s*box|postfach|packstation|parcel\s*locker|apo|fpo|dpo)\b/i;
const GRACE_MS = 15_000;
const PAID_BEFORE = new Set(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED']);

/** The shop order a CJ order belongs to: by its line item ids, else by a number inside orderNumber. */
export function shopOrderOf(shop, cj) {
  if (cj.shopOrderId !== undefined) {
    return shop.orders.byId.get(cj.shopOrderId);
  }
  const found = byLine(shop, cj.lines) ?? byNumbers(shop, cj.orderNumber);
  if (found) {
    cj.shopOrderId = found.id;
  }
  return found;
}

function byNumbers(shop, text) {
  const runs = String(text).match(/[0-9]+/g) ?? [];
  for (const run of runs.filter((r) => r.length >= 10)) {
    const order = shop.orders.byId.get(Number(run));
    if (order) {
      return order;
    }
  }
  return runs.map((run) => shop.orders.byName.get(`#${Number(run)}`)).find(Boolean);
}

function byLine(shop, lines) {
  return lines
    .map((l) => shop.byLine.get(Number(/([0-9]+)$/.exec(l.storeLineItemId ?? '')?.[1])))
    .find(Boolean);
}

const sum = (rows, key, value) => {
  const sums = new Map();
  rows.forEach((r) => sums.set(r[key], (sums.get(r[key]) ?? 0) + value(r)));
  return sums;
};
/** Lines that are to be sent: a gift card is not. */
const goodsOf = (order) => order.lines.filter((l) => l.current > 0 && !l.giftCard);
const skuSet = (order) =>
  goodsOf(order)
    .map((l) => l.sku)
    .sort()
    .join(' ');

/** A hard reason to hold the order, or null. */
function holdReason(world, order, handoff) {
  const a = order.shipping ?? {};
  const live = goodsOf(order);
  const checks = [
    ['cancelled', order.cancelledAt && (!handoff || order.cancelledAt + GRACE_MS < handoff)],
    ['test', order.test],
    ['not_paid', !PAID_BEFORE.has(order.financial)],
    ['refunded', order.financial === 'REFUNDED' && !handoff],
    ['risk_high', order.risk.level === 'HIGH' || order.risk.recommendation === 'CANCEL'],
    ['risk_pending', order.risk.level === 'PENDING'],
    ['address', !a.address1 || !a.city || !a.zip || !a.countryCode || !/[0-9]/.test(a.address1)],
    ['po_box', PO_BOX.test(`${a.address1} ${a.address2 ?? ''}`)],
    ['no_phone', !a.phone && !order.phone],
    ['no_lines', live.length === 0],
    ['unknown_sku', live.some((l) => !world.catalog.find(l.sku))],
    ['value', totalCents(order) >= 50000],
    ['duplicate', duplicateOf(world, order, -1)],
    ['score', score(world, order) >= 60],
  ];
  return checks.find(([, bad]) => bad)?.[0] ?? null;
}

/** What came back after everything had been sent takes nothing away from the sending. */
const allSent = (order) => order.lines.every((l) => l.fulfilled >= l.current);

/** A reason why sound rules may differ, or null. */
function doubtReason(world, order, cjOrders) {
  const variants = goodsOf(order)
    .map((l) => world.catalog.find(l.sku));
  const checks = [
    ['cancelled_after_handoff', order.cancelledAt],
    ['refunded', order.financial !== 'PAID' && !allSent(order)],
    ['flagged', score(world, order) >= 30],
    ['phone_of_order', !order.shipping.phone],
    ['has_duplicate', duplicateOf(world, order, 1)],
    ['supplier_changed', variants.some((v) => v?.touched)],
    [
      'supplier_refuses',
      cjOrders.some((c) => c.logisticsMiss || c.intercept.length || world.closedByCj.has(c.id)),
    ],
  ];
  return checks.find(([, doubt]) => doubt)?.[0] ?? null;
}

function duplicateOf(world, order, direction) {
  return (world.byEmail?.get(order.email) ?? []).some(
    (other) =>
      other !== order &&
      skuSet(other) === skuSet(order) &&
      Math.abs(other.createdAt - order.createdAt) < 30 * 60_000 &&
      Math.sign(other.createdAt - order.createdAt || other.id - order.id) === direction,
  );
}

function score(world, order) {
  const a = order.shipping;
  const b = order.billing;
  const day = (world.byEmail?.get(order.email) ?? []).filter(
    (o) => Math.abs(o.createdAt - order.createdAt) < 86400_000,
  );
  return (
    (order.risk.level === 'MEDIUM' ? 30 : 0) +
    (totalCents(order) >= 20000 ? 25 : 0) +
    (b && a && b.countryCode !== a.countryCode ? 30 : 0) +
    (b && a && b.lastName !== a.lastName && b.zip !== a.zip ? 15 : 0) +
    (order.lines.some((l) => l.current >= 5) ? 20 : 0) +
    (day.length >= 3 ? 40 : 0)
  );
}

function sameLines(order, paid) {
  const wanted = sum(goodsOf(order), 'sku', (l) => l.current);
  const got = sum(
    paid.flatMap((c) => c.lines),
    'sku',
    (l) => l.quantity,
  );
  return wanted.size === got.size && [...wanted].every(([sku, n]) => got.get(sku) === n);
}

function tooMuch(order, paid) {
  const wanted = sum(order.lines, 'sku', (l) => l.quantity);
  const got = sum(
    paid.flatMap((c) => c.lines),
    'sku',
    (l) => l.quantity,
  );
  return [...got].some(([sku, n]) => n > (wanted.get(sku) ?? 0));
}

const parcelsOf = (supplier, paid) =>
  paid.flatMap((c) => (c.children.length ? supplier.childrenOf(c) : [c]));

/** How far an order with a paid CJ order has come. */
function progress(world, order, paid) {
  const parcels = parcelsOf(world.supplier, paid);
  const live = order.fulfillments.filter((f) => f.status === 'SUCCESS');
  const numbers = live.flatMap((f) => f.tracking.map((t) => t.number));
  const known = new Set(parcels.map((p) => p.trackNumber).filter(Boolean));
  const done = order.lines.every((l) => l.fulfilled >= l.current);
  return {
    done,
    shipped: parcels.length > 0 && parcels.every((p) => p.trackNumber),
    strange: numbers.filter((n) => !known.has(n)),
    untold: [...known].filter((n) => !numbers.includes(n)),
    twice: numbers.filter((n, i) => numbers.indexOf(n) !== i),
    notified: live.length > 0 && live.every((f) => f.notified),
    linked: live.every((f) => f.tracking.length > 0 && f.tracking.every((t) => t.url)),
  };
}

function judgeOrder(world, order, cjOrders, report, graceMs) {
  const live = cjOrders.filter((c) => c.status !== 'CANCELLED');
  const paid = live.filter((c) => c.paidAt);
  const handoff = cjOrders.length ? Math.min(...cjOrders.map((c) => c.createdAt)) : null;
  const held = holdReason(world, order, handoff);
  const doubt = held ? null : doubtReason(world, order, cjOrders);
  if (held) {
    report.held[held] = (report.held[held] ?? 0) + 1;
    if (paid.length) {
      report.extra.push({ order: order.name, why: held, cj: paid.map((c) => c.id) });
    }
    judgeRest(world, order, { paid, live, most: 0 }, report);
    return;
  }
  report[doubt ? 'optional' : 'expected'] += 1;
  if (paid.length > 1 && tooMuch(order, paid)) {
    report.double.push({ order: order.name, at: 'cj', cj: paid.map((c) => c.id) });
  }
  if (cjOrders.some((c) => c.payments > 1)) {
    report.paidTwice.push({
      order: order.name,
      cj: cjOrders.filter((c) => c.payments > 1).map((c) => c.id),
    });
  }
  judgeRest(world, order, { paid, live, most: 1 }, report);
  if (paid.length && (!order.edited || order.edited + GRACE_MS < handoff)) {
    judgeContent(order, paid, report);
  }
  judgeProgress(world, order, { paid, live, doubt }, report, graceMs);
}

/** Nothing may be left unpaid beside what is needed (`most` living CJ orders), nor be fulfilled that was never bought. */
function judgeRest(world, order, { paid, live, most }, report) {
  const unpaid = live.filter((c) => !c.paidAt);
  if (unpaid.length && live.length > most) {
    report.unpaidLeftovers.push({ order: order.name, cj: unpaid.map((c) => c.id) });
  }
  const invented = order.fulfillments.filter((f) => f.status === 'SUCCESS');
  if (invented.length && !paid.length) {
    const shop = invented.flatMap((f) => f.tracking.map((t) => t.number));
    report.wrongTracking.push({ order: order.name, shop, cj: [] });
  }
}

const plain = (text) =>
  String(text ?? '')
    .normalize('NFKC')
    .replace(/[\s.,-]/g, '')
    .toUpperCase();
const phoneEnd = (text) =>
  String(text ?? '')
    .replace(/[^0-9]/g, '')
    .slice(-8);

/** Fields of a CJ order that do not say where the shop's customer lives. */
function wrongFields(order, { shipping: to }) {
  const a = order.shipping;
  const good = {
    shippingCountryCode: [a.countryCode],
    shippingProvince: [a.province, a.provinceCode, a.city],
    shippingCity: [a.city],
    shippingZip: [a.zip],
    shippingAddress: [a.address1],
    shippingAddress2: [a.address2],
    shippingCustomerName: [[a.firstName, a.lastName].filter(Boolean).join(' ')],
  };
  const wrong = Object.keys(good).filter(
    (field) => !good[field].some((text) => plain(text) === plain(to[field])),
  );
  const phones = [a.phone, order.phone, order.billing?.phone].filter(Boolean).map(phoneEnd);
  return phones.includes(phoneEnd(to.shippingPhone)) ? wrong : [...wrong, 'shippingPhone'];
}

function judgeContent(order, paid, report) {
  const cj = paid.map((c) => c.id);
  if (!sameLines(order, paid)) {
    report.wrongLines.push({ order: order.name, cj });
  }
  const fields = [...new Set(paid.flatMap((c) => wrongFields(order, c)))];
  if (fields.length) {
    report.wrongAddress.push({ order: order.name, cj, fields });
  }
}

function judgeProgress(world, order, { paid, live, doubt }, report, graceMs) {
  const p = progress(world, order, paid);
  if (p.twice.length) {
    report.double.push({ order: order.name, at: 'shopify', tracking: p.twice });
  }
  if (p.done && paid.length) {
    report.fulfilled += 1;
    report.fulfilledExpected += doubt ? 0 : 1;
    report.notified += p.notified ? 1 : 0;
    if (p.strange.length || p.untold.length || !p.linked) {
      report.wrongTracking.push({ order: order.name, shop: p.strange, cj: p.untold });
    }
    if (!p.notified) {
      report.notNotified.push(order.name);
    }
    return;
  }
  if (doubt && (paid.length === 0 || order.cancelledAt)) {
    return;
  }
  const young = world.clock.now() - order.createdAt < graceMs;
  const stage =
    paid.length === 0
      ? live.length
        ? 'not_paid'
        : 'no_cj_order'
      : p.shipped
        ? 'not_fulfilled'
        : 'not_shipped';
  if (stage === 'not_shipped' || young) {
    report.pending.push({ order: order.name, stage });
  } else {
    report.missing.push({ order: order.name, stage });
  }
}

/** @param graceMs orders younger than this count as pending, not as missing */
export function judge(world, graceMs = 0) {
  const { shop, supplier } = world;
  const report = {
    orders: shop.orders.size,
    expected: 0,
    optional: 0,
    held: {},
    fulfilled: 0,
    fulfilledExpected: 0,
    notified: 0,
    missing: [],
    pending: [],
    double: [],
    paidTwice: [],
    wrongLines: [],
    wrongAddress: [],
    wrongTracking: [],
    notNotified: [],
    extra: [],
    unpaidLeftovers: [],
    unknown: [],
  };
  const byOrder = new Map();
  for (const cj of supplier.byId.values()) {
    if (cj.parentId) {
      continue;
    }
    const order = shopOrderOf(shop, cj);
    if (order) {
      byOrder.set(order, [...(byOrder.get(order) ?? []), cj]);
    } else if (cj.paidAt || cj.status !== 'CANCELLED') {
      report.unknown.push({ orderNumber: cj.orderNumber, cj: cj.id });
    }
  }
  const view = {
    ...world,
    shop,
    supplier,
    catalog: world.catalog,
    clock: world.clock,
    byEmail: new Map(),
    closedByCj: new Set(
      world.ledger.entries.filter((e) => e.operation === 'orderCancelled').map((e) => e.cjOrderId),
    ),
  };
  for (const order of shop.orders.byId.values()) {
    view.byEmail.set(order.email, [...(view.byEmail.get(order.email) ?? []), order]);
  }
  for (const order of shop.orders.byId.values()) {
    judgeOrder(view, order, byOrder.get(order) ?? [], report, graceMs);
  }
  return report;
}
