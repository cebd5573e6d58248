// The shop's rows as GraphQL sees them: plain objects, one function per type. What is not here is "not simulated".

import { COUNTRY_NAMES } from '../people.mjs';
import { isoSeconds } from '../clock.mjs';
import { listConnection } from './connection.mjs';
import { gid } from './ids.mjs';
import { bagView, moneyView } from './money.mjs';
import { refundView } from './refunds.mjs';
import { fulfillmentState, goodsCents, totalCents } from './shop.mjs';

/** The money bag of an order's amounts. */
const bagOf = (order) => (minor) => bagView(minor, order.currency ?? 'USD');
const taxLines = (cents, rate, bag) =>
  cents > 0 ? [{ title: 'Tax', rate, ratePercentage: rate * 100, priceSet: bag(cents) }] : [];

function addressView(a, level2) {
  const place = {
    province: a.province,
    provinceCode: a.provinceCode,
    country: COUNTRY_NAMES[a.countryCode] ?? a.countryCode,
    countryCodeV2: a.countryCode,
    countryCode: a.countryCode,
  };
  if (!level2) {
    return {
      name: null,
      firstName: null,
      lastName: null,
      company: null,
      address1: null,
      address2: null,
      city: null,
      zip: null,
      phone: null,
      ...place,
    };
  }
  return {
    name: [a.firstName, a.lastName].filter(Boolean).join(' ') || null,
    firstName: a.firstName,
    lastName: a.lastName,
    company: a.company,
    address1: a.address1,
    address2: a.address2,
    city: a.city,
    zip: a.zip,
    phone: a.phone,
    ...place,
  };
}

const variantView = (line) => ({
  __typename: 'ProductVariant',
  id: gid('ProductVariant', line.variantId),
  legacyResourceId: String(line.variantId),
  sku: line.sku,
  title: line.style ?? 'Default Title',
  price: (line.priceCents / 100).toFixed(2),
});

function lineMoney(order, line) {
  const bag = bagOf(order);
  const discount = line.discountCents ?? 0;
  const gross = line.priceCents * line.quantity;
  return {
    isGiftCard: Boolean(line.giftCard),
    taxable: !line.giftCard,
    originalUnitPriceSet: bag(line.priceCents),
    discountedUnitPriceSet: bag(line.priceCents),
    originalTotalSet: bag(gross),
    discountedTotalSet: bag(gross),
    discountAllocations: discount > 0 ? [{ allocatedAmountSet: bag(discount) }] : [],
    taxLines: taxLines(line.taxCents ?? 0, order.taxRate ?? 0, bag),
    duties:
      (line.dutyCents ?? 0) > 0
        ? [{ id: gid('Duty', line.id), price: bag(line.dutyCents), taxLines: [] }]
        : [],
  };
}

export const lineView = (order, line) => ({
  __typename: 'LineItem',
  id: gid('LineItem', line.id),
  name: line.title,
  title: line.title,
  variantTitle: line.style,
  sku: line.sku,
  quantity: line.quantity,
  currentQuantity: line.current - (line.back ?? 0),
  unfulfilledQuantity: order.cancelledAt && line.back ? 0 : line.current - line.fulfilled,
  refundableQuantity: line.current - (line.back ?? 0),
  requiresShipping: !line.giftCard,
  customAttributes: [],
  ...lineMoney(order, line),
  variant: line.variantId ? variantView(line) : null,
  product: line.productId
    ? {
        __typename: 'Product',
        id: gid('Product', line.productId),
        legacyResourceId: String(line.productId),
        title: line.title,
      }
    : null,
  vendor: null,
});

export const fulfillmentView = (shop, order, f) => ({
  __typename: 'Fulfillment',
  id: gid('Fulfillment', f.id),
  legacyResourceId: String(f.id),
  name: f.name,
  status: f.status,
  displayStatus: f.displayStatus,
  createdAt: isoSeconds(f.createdAt),
  updatedAt: isoSeconds(f.updatedAt),
  deliveredAt: isoSeconds(f.deliveredAt),
  estimatedDeliveryAt: null,
  inTransitAt: null,
  requiresShipping: true,
  totalQuantity: f.lines.reduce((sum, l) => sum + l.quantity, 0),
  trackingInfo: ({ first }) => f.tracking.slice(0, first ?? undefined),
  fulfillmentLineItems: (args) =>
    listConnection(
      f.lines.map((l) => ({ ...l, id: l.lineId + 2000000000000 })),
      args,
      (l) => ({
        id: gid('FulfillmentLineItem', l.id),
        quantity: l.quantity,
        lineItem: lineView(order, order.lines.find((o) => o.id === l.lineId)),
      }),
    ),
  events: (args) => listConnection(f.events, args, eventView),
  location: () => locationView(shop.locations[0]),
  order: () => orderView(shop, order),
});

export const eventView = (e) => ({
  __typename: 'FulfillmentEvent',
  id: gid('FulfillmentEvent', e.id),
  status: e.status,
  message: e.message,
  happenedAt: isoSeconds(e.happenedAt),
  createdAt: isoSeconds(e.createdAt),
});

export const holdView = (h) => ({
  __typename: 'FulfillmentHold',
  id: gid('FulfillmentHold', h.id),
  handle: h.handle,
  reason: h.reason,
  displayReason: h.reason,
  reasonNotes: h.reasonNotes,
  heldByRequestingApp: true,
  heldByApp: null,
});

const ACTIONS = {
  OPEN: ['CREATE_FULFILLMENT', 'HOLD', 'SPLIT'],
  IN_PROGRESS: ['CREATE_FULFILLMENT'],
  ON_HOLD: ['RELEASE_HOLD', 'HOLD'],
};

export const fulfillmentOrderView = (shop, order, fo) => ({
  __typename: 'FulfillmentOrder',
  id: gid('FulfillmentOrder', fo.id),
  status: fo.status,
  requestStatus: 'UNSUBMITTED',
  createdAt: isoSeconds(fo.createdAt),
  updatedAt: isoSeconds(fo.updatedAt),
  orderId: gid('Order', order.id),
  orderName: order.name,
  orderProcessedAt: isoSeconds(order.createdAt),
  supportedActions: (ACTIONS[fo.status] ?? []).map((action) => ({ action, externalUrl: null })),
  assignedLocation: () => ({
    name: shop.locations[0].name,
    countryCode: 'US',
    location: locationView(shop.locations[0]),
  }),
  fulfillmentHolds: fo.holds.map(holdView),
  lineItems: (args) => listConnection(fo.lines, args, (l) => fulfillmentOrderLineView(order, l)),
  fulfillments: (args) =>
    listConnection(
      order.fulfillments.filter((f) => f.lines.some((l) => l.foId === fo.id)),
      args,
      (f) => fulfillmentView(shop, order, f),
    ),
  order: () => orderView(shop, order),
});

function fulfillmentOrderLineView(order, l) {
  const item = order.lines.find((o) => o.id === l.lineId);
  return {
    __typename: 'FulfillmentOrderLineItem',
    id: gid('FulfillmentOrderLineItem', l.id),
    remainingQuantity: l.remaining,
    totalQuantity: l.total,
    sku: item.sku,
    productTitle: item.title,
    variantTitle: item.style,
    requiresShipping: true,
    lineItem: () => lineView(order, item),
  };
}

export const locationView = (l) => ({
  __typename: 'Location',
  id: gid('Location', l.id),
  legacyResourceId: String(l.id),
  name: l.name,
  isActive: l.isActive,
  fulfillsOnlineOrders: l.isActive,
  isFulfillmentService: false,
  shipsInventory: true,
  isPrimary: true,
});

export function riskView(risk) {
  return {
    recommendation: risk.recommendation,
    assessments: [
      {
        riskLevel: risk.level,
        provider: null,
        facts:
          risk.level === 'PENDING'
            ? []
            : [
                {
                  description:
                    risk.level === 'HIGH'
                      ? 'Characteristics of this order are similar to fraudulent orders seen before'
                      : 'Billing street address matches the registered address of the card',
                  sentiment: risk.level === 'HIGH' ? 'NEGATIVE' : 'POSITIVE',
                },
              ],
      },
    ],
  };
}

/** Who, when and how far: the plain values of an order. */
function orderFacts(order, level2) {
  return {
    id: gid('Order', order.id),
    legacyResourceId: String(order.id),
    name: order.name,
    number: order.number,
    createdAt: isoSeconds(order.createdAt),
    processedAt: isoSeconds(order.createdAt),
    updatedAt: isoSeconds(order.updatedAt),
    cancelledAt: isoSeconds(order.cancelledAt),
    cancelReason: order.cancelReason,
    closed: Boolean(order.closedAt),
    closedAt: isoSeconds(order.closedAt),
    confirmed: true,
    edited: Boolean(order.edited),
    test: order.test,
    note: order.note,
    tags: order.tags,
    email: level2 ? order.email : null,
    phone: level2 ? order.phone : null,
    clientIp: level2 ? order.ip : null,
    customerLocale: 'en-US',
    customAttributes: [],
    requiresShipping: true,
    displayFinancialStatus: order.financial,
    displayFulfillmentStatus: fulfillmentState(order),
    fullyPaid: order.financial === 'PAID',
    paymentGatewayNames: [...new Set((order.payments ?? []).map((p) => p.gateway))],
    billingAddressMatchesShippingAddress: order.billing === order.shipping,
  };
}

const paymentView = (order, p, i) => ({
  __typename: 'OrderTransaction',
  id: gid('OrderTransaction', order.id * 10 + i),
  kind: p.kind,
  status: p.status,
  gateway: p.gateway,
  test: order.test,
  createdAt: isoSeconds(order.createdAt),
  processedAt: isoSeconds(order.createdAt),
  amountSet: bagOf(order)(p.cents),
  fees:
    p.feeCents === null
      ? []
      : [{ id: gid('TransactionFee', order.id * 10 + i), amount: moneyView(p.feeCents, order.currency) }],
});

function shippingLineView(order) {
  const bag = bagOf(order);
  return {
    id: gid('ShippingLine', order.id),
    title: 'Standard',
    code: 'Standard',
    isRemoved: false,
    originalPriceSet: bag(order.shippingCents),
    discountedPriceSet: bag(order.shippingCents),
    taxLines: taxLines(order.shippingTaxCents ?? 0, order.taxRate ?? 0, bag),
  };
}

const taxTotal = (order) =>
  order.lines.reduce((sum, l) => sum + (l.taxCents ?? 0), 0) + (order.shippingTaxCents ?? 0);

function orderMoney(order) {
  const bag = bagOf(order);
  const total = totalCents(order);
  const goods = goodsCents(order);
  return {
    currencyCode: order.currency ?? 'USD',
    presentmentCurrencyCode: order.currency ?? 'USD',
    taxesIncluded: Boolean(order.taxesIncluded),
    currentTotalPriceSet: bag(total),
    originalTotalPriceSet: bag(total),
    totalPriceSet: bag(total),
    currentSubtotalPriceSet: bag(goods),
    subtotalPriceSet: bag(goods),
    totalShippingPriceSet: bag(order.shippingCents),
    currentShippingPriceSet: bag(order.shippingCents),
    totalRefundedSet: bag(order.refundedCents),
    totalTaxSet: bag(taxTotal(order)),
    currentTotalTaxSet: bag(taxTotal(order)),
    shippingLine: shippingLineView(order),
    shippingLines: (args) =>
      listConnection([{ id: order.id }], args, () => shippingLineView(order)),
    transactions: ({ first }) =>
      (order.payments ?? []).slice(0, first ?? undefined).map((p, i) => paymentView(order, p, i)),
  };
}

function customerView(customer, level2) {
  const { id, firstName, lastName, email } = customer;
  return {
    __typename: 'Customer',
    id: gid('Customer', id),
    legacyResourceId: String(id),
    firstName: level2 ? firstName : null,
    lastName: level2 ? lastName : null,
    displayName: level2 ? `${firstName} ${lastName}` : '',
    email: level2 ? email : null,
    numberOfOrders: '1',
  };
}

/** What hangs on an order; made only when asked for. */
function orderParts(shop, order, level2) {
  const fo = (row) => fulfillmentOrderView(shop, order, row);
  return {
    shippingAddress: () => order.shipping && addressView(order.shipping, level2),
    billingAddress: () => order.billing && addressView(order.billing, level2),
    customer: () => customerView(order.customer, level2),
    lineItems: (args) => listConnection(order.lines, args, (l) => lineView(order, l)),
    refunds: ({ first }) =>
      (order.refunds ?? []).slice(0, first ?? undefined).map((r) => refundView(shop, order, r)),
    fulfillmentOrders: (args) => listConnection(order.fulfillmentOrders, args, fo),
    fulfillments: ({ first }) =>
      order.fulfillments.slice(0, first ?? undefined).map((f) => fulfillmentView(shop, order, f)),
    fulfillmentsCount: { count: order.fulfillments.length, precision: 'EXACT' },
    risk: () => riskView(order.risk),
  };
}

export function orderView(shop, order) {
  const { level2, shop: domain } = shop.world.settings;
  return {
    __typename: 'Order',
    ...orderFacts(order, level2),
    ...orderMoney(order),
    ...orderParts(shop, order, level2),
    statusPageUrl: `https://${domain}/orders/${order.id}/status`,
  };
}

export const subscriptionView = (s) => ({
  __typename: 'WebhookSubscription',
  id: gid('WebhookSubscription', s.id),
  legacyResourceId: String(s.id),
  topic: s.topic,
  uri: s.uri,
  filter: s.filter ?? null,
  includeFields: s.includeFields ?? [],
  metafieldNamespaces: [],
  name: s.name ?? null,
  format: s.format ?? 'JSON',
  createdAt: isoSeconds(s.createdAt),
  updatedAt: isoSeconds(s.createdAt),
  apiVersion: { handle: '2026-10', displayName: '2026-10', supported: true },
});

export const jobView = (job) => ({
  __typename: 'Job',
  id: gid('Job', job.id),
  done: job.done,
  query: null,
});
