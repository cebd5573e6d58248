// Fulfillments and holds: the rules by which the real shop takes or refuses them. Each function returns
// {userErrors: [...]} when refused and the changed things when not.

import { gid, numberOf } from './ids.mjs';
import { totalCents } from './shop.mjs';

const refuse = (message, field = ['fulfillment'], code) => ({
  userErrors: [code ? { field, message, code } : { field, message }],
});

/** {company, number, url} rows from FulfillmentTrackingInput (single or plural fields). */
function trackingRows(info) {
  if (!info) {
    return [];
  }
  const numbers = info.numbers ?? (info.number != null ? [info.number] : []);
  const urls = info.urls ?? (info.url != null ? [info.url] : []);
  const rows = [];
  for (let i = 0; i < Math.max(numbers.length, urls.length); i++) {
    rows.push({ company: info.company ?? null, number: numbers[i] ?? null, url: urls[i] ?? null });
  }
  return rows;
}

/** Finds what one group of the input wants to ship, or a refusal. */
function wantedOf(shop, group) {
  const id = numberOf('FulfillmentOrder', group.fulfillmentOrderId);
  const order = shop.fulfillmentOrders.get(id);
  if (!order) {
    return refuse('Fulfillment order does not exist.');
  }
  const fo = order.fulfillmentOrders.find((f) => f.id === id);
  if (!['OPEN', 'IN_PROGRESS'].includes(fo.status)) {
    return {
      order,
      ...refuse(`Fulfillment order ${id} has an unfulfillable status= ${fo.status.toLowerCase()}.`),
    };
  }
  const rows = group.fulfillmentOrderLineItems?.length
    ? group.fulfillmentOrderLineItems.map((g) => ({
        line: fo.lines.find((l) => l.id === numberOf('FulfillmentOrderLineItem', g.id)),
        quantity: g.quantity,
      }))
    : fo.lines.filter((l) => l.remaining > 0).map((line) => ({ line, quantity: line.remaining }));
  const sums = new Map();
  rows.forEach(({ line, quantity }) => sums.set(line, (sums.get(line) ?? 0) + quantity));
  const bad =
    rows.length === 0 ||
    rows.some(({ line, quantity }) => !line || quantity <= 0 || sums.get(line) > line.remaining);
  return bad
    ? { order, ...refuse('Invalid fulfillment order line item quantity requested.') }
    : { order, fo, rows };
}

export function createFulfillment(shop, input) {
  const groups = input.lineItemsByFulfillmentOrder;
  if (groups.length === 0) {
    return refuse('Line items by fulfillment order must not be empty.', [
      'fulfillment',
      'lineItemsByFulfillmentOrder',
    ]);
  }
  const wanted = groups.map((group) => wantedOf(shop, group));
  const refused = wanted.find((w) => w.userErrors);
  if (refused) {
    if (refused.order) {
      shop.note('fulfillmentCreate', refused.order, {
        refused: true,
        reason: refused.userErrors[0].message,
      });
    }
    return { userErrors: refused.userErrors };
  }
  if (new Set(wanted.map((w) => w.order)).size > 1) {
    return refuse('All fulfillment orders must belong to the same order.');
  }
  const { order } = wanted[0];
  const fulfillment = newFulfillment(shop, order, input);
  wanted.forEach(({ fo, rows }) => ship(shop, order, fulfillment, fo, rows));
  shop.note('fulfillmentCreate', order, {
    fulfillmentId: gid('Fulfillment', fulfillment.id),
    tracking: fulfillment.tracking.map((t) => t.number),
    lines: fulfillment.lines.map((l) => ({ sku: l.sku, quantity: l.quantity })),
    notified: fulfillment.notified,
  });
  shop.touch(order);
  if (order.lines.every((l) => l.fulfilled >= l.current)) {
    shop.world.customers.received(order);
  }
  return { fulfillment, order, userErrors: [] };
}

function newFulfillment(shop, order, input) {
  const now = shop.world.clock.now();
  const fulfillment = {
    id: 4500000000000 + shop.newId(),
    name: `${order.name}-F${order.fulfillments.length + 1}`,
    status: 'SUCCESS',
    displayStatus: 'FULFILLED',
    createdAt: now,
    updatedAt: now,
    deliveredAt: null,
    tracking: trackingRows(input.trackingInfo),
    notified: Boolean(input.notifyCustomer),
    lines: [],
    events: [],
  };
  order.fulfillments.push(fulfillment);
  shop.fulfillments.set(fulfillment.id, order);
  return fulfillment;
}

function ship(shop, order, fulfillment, fo, rows) {
  for (const { line, quantity } of rows) {
    const item = order.lines.find((l) => l.id === line.lineId);
    line.remaining -= quantity;
    item.fulfilled += quantity;
    fulfillment.lines.push({ foId: fo.id, lineId: item.id, sku: item.sku, quantity });
  }
  fo.status = fo.lines.every((l) => l.remaining === 0) ? 'CLOSED' : 'IN_PROGRESS';
  fo.updatedAt = shop.world.clock.now();
}

function locate(shop, id) {
  const number = numberOf('Fulfillment', id);
  const order = shop.fulfillments.get(number);
  return { order, fulfillment: order?.fulfillments.find((f) => f.id === number) };
}

export function updateTracking(shop, id, info, notify) {
  const { order, fulfillment } = locate(shop, id);
  if (!fulfillment) {
    return refuse('Fulfillment does not exist.', ['fulfillmentId']);
  }
  if (fulfillment.status === 'CANCELLED') {
    return refuse('Fulfillment is cancelled.', ['fulfillmentId']);
  }
  fulfillment.tracking = trackingRows(info);
  fulfillment.updatedAt = shop.world.clock.now();
  shop.note('fulfillmentTrackingInfoUpdate', order, {
    fulfillmentId: id,
    tracking: fulfillment.tracking.map((t) => t.number),
    notified: Boolean(notify),
  });
  shop.touch(order);
  return { fulfillment, order, userErrors: [] };
}

export function cancelFulfillment(shop, id) {
  const { order, fulfillment } = locate(shop, id);
  if (!fulfillment) {
    return refuse('Fulfillment not found.', ['id']);
  }
  if (fulfillment.status === 'CANCELLED') {
    return { fulfillment, order, userErrors: [] };
  }
  fulfillment.status = 'CANCELLED';
  fulfillment.displayStatus = 'CANCELED';
  for (const { foId, lineId, quantity } of fulfillment.lines) {
    const fo = order.fulfillmentOrders.find((f) => f.id === foId);
    fo.lines.find((l) => l.lineId === lineId).remaining += quantity;
    order.lines.find((l) => l.id === lineId).fulfilled -= quantity;
    fo.status = fo.lines.every((l) => l.remaining === l.total) ? 'OPEN' : 'IN_PROGRESS';
  }
  shop.note('fulfillmentCancel', order, { fulfillmentId: id });
  shop.touch(order);
  return { fulfillment, order, userErrors: [] };
}

/** DELIVERED, IN_TRANSIT, ...: moves the display status of a fulfillment. */
export function addEvent(shop, input) {
  const { order, fulfillment } = locate(shop, input.fulfillmentId);
  if (!fulfillment) {
    return refuse('Fulfillment does not exist.', ['fulfillmentEvent', 'fulfillmentId']);
  }
  const now = shop.world.clock.now();
  const event = {
    id: shop.newId(),
    status: input.status,
    message: input.message ?? null,
    happenedAt: input.happenedAt ? Date.parse(input.happenedAt) : now,
    createdAt: now,
  };
  fulfillment.events.push(event);
  fulfillment.displayStatus = input.status;
  if (input.status === 'DELIVERED') {
    fulfillment.deliveredAt = event.happenedAt;
  }
  shop.note('fulfillmentEventCreate', order, {
    fulfillmentId: input.fulfillmentId,
    status: input.status,
  });
  shop.touch(order);
  return { event, userErrors: [] };
}

function locateOrder(shop, id) {
  const number = numberOf('FulfillmentOrder', id);
  const order = shop.fulfillmentOrders.get(number);
  return { order, fo: order?.fulfillmentOrders.find((f) => f.id === number) };
}

export function hold(shop, id, input) {
  const { order, fo } = locateOrder(shop, id);
  if (!fo) {
    return refuse('Fulfillment order does not exist.', ['id'], 'FULFILLMENT_ORDER_NOT_FOUND');
  }
  const handle = input.handle ?? '';
  if (fo.holds.some((h) => h.handle === handle)) {
    shop.note('fulfillmentOrderHold', order, { refused: true, handle });
    return refuse(
      'The handle is already in use by another hold of this app.',
      ['fulfillmentHold', 'handle'],
      'DUPLICATE_FULFILLMENT_HOLD_HANDLE',
    );
  }
  if (fo.holds.length >= 10) {
    return refuse('The limit of holds is reached.', ['id'], 'FULFILLMENT_ORDER_HOLD_LIMIT_REACHED');
  }
  if (!['OPEN', 'ON_HOLD', 'SCHEDULED'].includes(fo.status)) {
    return refuse(
      `The fulfillment order is ${fo.status.toLowerCase()} and cannot be held.`,
      ['id'],
      'TAKEN',
    );
  }
  const row = {
    id: shop.newId(),
    handle,
    reason: input.reason,
    reasonNotes: input.reasonNotes ?? null,
  };
  fo.holds.push(row);
  fo.status = 'ON_HOLD';
  shop.note('fulfillmentOrderHold', order, {
    fulfillmentOrderId: id,
    handle,
    reason: input.reason,
  });
  shop.touch(order);
  return { hold: row, fo, order, userErrors: [] };
}

export function releaseHold(shop, id, holdIds) {
  const { order, fo } = locateOrder(shop, id);
  if (!fo) {
    return refuse('Fulfillment order does not exist.', ['id'], 'FULFILLMENT_ORDER_NOT_FOUND');
  }
  const numbers = holdIds?.map((h) => numberOf('FulfillmentHold', h));
  fo.holds = numbers ? fo.holds.filter((h) => !numbers.includes(h.id)) : [];
  if (fo.holds.length === 0 && fo.status === 'ON_HOLD') {
    fo.status = 'OPEN';
  }
  shop.note('fulfillmentOrderReleaseHold', order, { fulfillmentOrderId: id });
  shop.touch(order);
  return { fo, order, userErrors: [] };
}

export function cancelOrder(shop, args) {
  const order = shop.orders.byId.get(numberOf('Order', args.orderId));
  const bad = (code, message) => ({ job: null, errors: [{ code, field: ['orderId'], message }] });
  if (!order) {
    return bad('NOT_FOUND', 'Order does not exist');
  }
  if (order.cancelledAt) {
    shop.note('orderCancel', order, { refused: true });
    return bad('INVALID', 'Order has already been cancelled');
  }
  if (order.fulfillments.some((f) => f.status === 'SUCCESS')) {
    return bad('INVALID', 'Cannot cancel an order that has outstanding fulfillments');
  }
  const job = { id: `${order.id}-${shop.newId()}`, done: false };
  shop.jobs.set(job.id, job);
  shop.world.agenda.add({
    at: shop.world.clock.now() + 500,
    kind: 'cancel',
    id: order.id,
    job: job.id,
    reason: args.reason,
    refund: Boolean(args.refundMethod?.originalPaymentMethodsRefund),
  });
  shop.note('orderCancel', order, { reason: args.reason, total: totalCents(order) / 100 });
  return { job, errors: [] };
}
