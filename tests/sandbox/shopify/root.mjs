// The roots of queries and mutations: thin functions between GraphQL and the shop.

import { isoSeconds } from '../clock.mjs';
import { listConnection, orderConnection } from './connection.mjs';
import { RequestError } from './errors.mjs';
import * as fulfilling from './fulfilling.mjs';
import { gid, isGid, numberOf } from './ids.mjs';
import { productMutations, productNode, productQueries } from './product_view.mjs';
import { parseSearch } from './search.mjs';
import { refundById, refundOrder } from './refunds.mjs';
import { runShopifyql } from './sessions.mjs';
import { SHOP_ZONE, policyViews, publicationView } from './setup.mjs';
import {
  eventView,
  fulfillmentOrderView,
  fulfillmentView,
  holdView,
  jobView,
  locationView,
  orderView,
  subscriptionView,
} from './view.mjs';

const API_VERSIONS = ['2025-10', '2026-01', '2026-04', '2026-07', '2026-10'];

function searchOf(shop, args, context, field) {
  const parsed = parseSearch(args.query ?? '');
  if (parsed.warnings.length) {
    context.search.push({ path: [field], query: args.query, warnings: parsed.warnings });
  }
  const newest = shop.world.clock.now() - shop.world.settings.searchLag * 1000;
  return shop.world.settings.searchLag > 0
    ? { ...parsed, accepts: (o) => o.updatedAt <= newest && parsed.accepts(o) }
    : parsed;
}

function orderById(shop, id) {
  if (!isGid(id)) {
    throw new RequestError(`Invalid global id '${id}'`, 'RESOURCE_NOT_FOUND');
  }
  const order = shop.orders.byId.get(numberOf('Order', id));
  return order ? orderView(shop, order) : null;
}

function nodeById(shop, id) {
  const type = /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(id)?.[1];
  if (type === 'Order') {
    return orderById(shop, id);
  }
  if (type === 'FulfillmentOrder') {
    const number = numberOf('FulfillmentOrder', id);
    const order = shop.fulfillmentOrders.get(number);
    return order
      ? fulfillmentOrderView(
          shop,
          order,
          order.fulfillmentOrders.find((f) => f.id === number),
        )
      : null;
  }
  if (type === 'Fulfillment') {
    const number = numberOf('Fulfillment', id);
    const order = shop.fulfillments.get(number);
    return order
      ? fulfillmentView(
          shop,
          order,
          order.fulfillments.find((f) => f.id === number),
        )
      : null;
  }
  if (type === 'Job') {
    return jobById(shop, id);
  }
  return productNode(shop.products, id) ?? null;
}

function jobById(shop, id) {
  const job = shop.jobs.get(/\/Job\/(.+)$/.exec(id)?.[1]);
  return job ? jobView(job) : null;
}

function countOrders(shop, args, context) {
  const query = searchOf(shop, args, context, 'ordersCount');
  const limit = args.limit ?? 10000;
  let count = 0;
  for (const order of shop.orders.byId.values()) {
    if (query.accepts(order) && ++count > limit) {
      return { count: limit, precision: 'AT_LEAST' };
    }
  }
  return { count, precision: 'EXACT' };
}

function shopFacts(shop) {
  return {
    __typename: 'Shop',
    id: gid('Shop', 1),
    name: 'Sandbox Goods',
    myshopifyDomain: shop.world.settings.shop,
    email: 'owner@shop.example',
    contactEmail: 'hello@shop.example',
    currencyCode: shop.world.settings.currency,
    enabledPresentmentCurrencies: [shop.world.settings.currency],
    ianaTimezone: SHOP_ZONE,
    timezoneOffsetMinutes: -300,
    timezoneAbbreviation: 'EST',
    timezoneOffset: '-0500',
    orderNumberFormatPrefix: '#',
    orderNumberFormatSuffix: '',
    weightUnit: 'GRAMS',
    unitSystem: 'METRIC_SYSTEM',
    createdAt: isoSeconds(Date.UTC(2025, 0, 6)),
    url: `https://${shop.world.settings.shop}`,
    plan: {
      publicDisplayName: 'Grow',
      shopifyPlus: false,
      partnerDevelopment: false,
      displayName: 'Grow',
    },
    primaryDomain: {
      id: gid('Domain', 1),
      host: 'shop.example',
      url: 'https://shop.example',
      sslEnabled: true,
    },
    shopPolicies: () => policyViews(shop),
  };
}

function locations(shop, args) {
  const seen = shop.locations.filter((l) => !l.hidden && (l.isActive || args.includeInactive));
  return listConnection(seen, args, locationView);
}

function publications(shop, args) {
  const app = args.catalogType == null || ['APP', 'NONE'].includes(args.catalogType);
  const seen = shop.publications.filter((p) => app && !p.hidden);
  return listConnection(seen, args, publicationView);
}

function queries(shop, access) {
  return {
    shop: () => shopFacts(shop),
    order: ({ id }) => orderById(shop, id),
    orders: (args, context) =>
      orderConnection(shop.orders, args, searchOf(shop, args, context, 'orders'), (o) =>
        orderView(shop, o),
      ),
    ordersCount: (args, context) => countOrders(shop, args, context),
    refund: ({ id }) => refundById(shop, id),
    shopifyqlQuery: ({ query }, context) => runShopifyql(shop, query, context),
    node: ({ id }) => nodeById(shop, id),
    nodes: ({ ids }) => ids.map((id) => nodeById(shop, id)),
    job: ({ id }) => jobById(shop, id),
    fulfillmentOrder: ({ id }) => nodeById(shop, id),
    fulfillment: ({ id }) => nodeById(shop, id),
    locations: (args) => locations(shop, args),
    location: ({ id }) =>
      shop.locations
        .filter((l) => !l.hidden && (!id || gid('Location', l.id) === id))
        .map(locationView)[0] ?? null,
    publications: (args) => publications(shop, args),
    ...productQueries(shop.products),
    currentAppInstallation: () => ({
      __typename: 'AppInstallation',
      id: gid('AppInstallation', 77),
      app: {
        __typename: 'App',
        id: gid('App', 7),
        title: 'dropship (sandbox)',
        handle: 'dropship-sandbox',
        apiKey: 'sandbox-client',
      },
      accessScopes: access.handles().map((handle) => ({ handle, description: handle })),
    }),
    publicApiVersions: () =>
      API_VERSIONS.map((handle) => ({ handle, displayName: handle, supported: true })),
    webhookSubscriptions: (args) =>
      listConnection(
        [...shop.subscriptions.values()].filter(
          (s) => !args.topics || args.topics.includes(s.topic),
        ),
        args,
        subscriptionView,
      ),
    webhookSubscription: ({ id }) => {
      const found = shop.subscriptions.get(numberOf('WebhookSubscription', id));
      return found ? subscriptionView(found) : null;
    },
  };
}

function tag(shop, access, { id, tags }, field, change) {
  const type = /^gid:\/\/shopify\/([A-Za-z]+)\//.exec(id)?.[1];
  access.checkTagging(type, field);
  const order = shop.orders.byId.get(numberOf('Order', id));
  if (!order) {
    return {
      node: null,
      userErrors: [{ field: ['id'], message: `${type ?? 'Node'} does not exist` }],
    };
  }
  const given = [tags]
    .flat()
    .flatMap((t) => t.split(','))
    .map((t) => t.trim())
    .filter(Boolean);
  if (given.some((t) => t.length > 40)) {
    return {
      node: null,
      userErrors: [{ field: ['tags'], message: 'Tags is too long (maximum is 40 characters)' }],
    };
  }
  change(order, given);
  return { node: orderView(shop, order), userErrors: [] };
}

function addTags(shop, order, given) {
  const known = new Set(order.tags.map((t) => t.toLowerCase()));
  const fresh = given.filter((t) => !known.has(t.toLowerCase()) && known.add(t.toLowerCase()));
  if (fresh.length) {
    order.tags.push(...fresh);
    shop.note('tagsAdd', order, { tags: fresh });
    shop.touch(order);
  }
}

function removeTags(shop, order, given) {
  const gone = new Set(given.map((t) => t.toLowerCase()));
  order.tags = order.tags.filter((t) => !gone.has(t.toLowerCase()));
  shop.note('tagsRemove', order, { tags: given });
  shop.touch(order);
}

function updateOrder(shop, input) {
  const order = shop.orders.byId.get(numberOf('Order', input.id));
  if (!order) {
    return { order: null, userErrors: [{ field: ['id'], message: 'Order does not exist' }] };
  }
  if (input.note !== undefined && (input.note ?? '').length > 5000) {
    return {
      order: null,
      userErrors: [{ field: ['note'], message: 'Note is too long (maximum is 5000 characters)' }],
    };
  }
  if (input.note !== undefined) {
    order.note = input.note;
  }
  order.tags = input.tags ?? order.tags;
  order.email = input.email ?? order.email;
  shop.note('orderUpdate', order, { fields: Object.keys(input).filter((k) => k !== 'id') });
  shop.touch(order);
  return { order: orderView(shop, order), userErrors: [] };
}

function subscribe(shop, { topic, webhookSubscription: input }) {
  const bad = (message) => ({
    webhookSubscription: null,
    userErrors: [{ field: ['webhookSubscription', 'uri'], message }],
  });
  if (!/^https?:\/\//.test(input.uri ?? '')) {
    return bad('Address is invalid');
  }
  if ([...shop.subscriptions.values()].some((s) => s.topic === topic && s.uri === input.uri)) {
    return bad('Address for this topic has already been taken');
  }
  const row = {
    ...input,
    id: 9000000 + shop.newId(),
    topic,
    createdAt: shop.world.clock.now(),
    failures: 0,
  };
  shop.subscriptions.set(row.id, row);
  shop.world.ledger.add('shopify', 'webhookSubscriptionCreate', { topic, uri: input.uri });
  return { webhookSubscription: subscriptionView(row), userErrors: [] };
}

function changeSubscription(shop, { id, webhookSubscription: input }) {
  const row = shop.subscriptions.get(numberOf('WebhookSubscription', id));
  if (!row) {
    return {
      webhookSubscription: null,
      userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
    };
  }
  Object.assign(row, input);
  return { webhookSubscription: subscriptionView(row), userErrors: [] };
}

function unsubscribe(shop, { id }) {
  if (!shop.subscriptions.delete(numberOf('WebhookSubscription', id))) {
    return {
      deletedWebhookSubscriptionId: null,
      userErrors: [{ field: ['id'], message: 'Webhook subscription does not exist' }],
    };
  }
  shop.world.ledger.add('shopify', 'webhookSubscriptionDelete', { id });
  return { deletedWebhookSubscriptionId: id, userErrors: [] };
}

function mutations(shop, access) {
  const fulfilled = (r) => ({
    fulfillment: r.fulfillment ? fulfillmentView(shop, r.order, r.fulfillment) : null,
    userErrors: r.userErrors,
  });
  const held = (r) => ({
    fulfillmentHold: r.hold ? holdView(r.hold) : null,
    fulfillmentOrder: r.fo ? fulfillmentOrderView(shop, r.order, r.fo) : null,
    remainingFulfillmentOrder: null,
    userErrors: r.userErrors,
  });
  return {
    ...productMutations(shop.products),
    fulfillmentCreate: ({ fulfillment }) =>
      fulfilled(fulfilling.createFulfillment(shop, fulfillment)),
    fulfillmentTrackingInfoUpdate: (a) =>
      fulfilled(
        fulfilling.updateTracking(shop, a.fulfillmentId, a.trackingInfoInput, a.notifyCustomer),
      ),
    fulfillmentCancel: ({ id }) => fulfilled(fulfilling.cancelFulfillment(shop, id)),
    fulfillmentEventCreate: ({ fulfillmentEvent }) => {
      const r = fulfilling.addEvent(shop, fulfillmentEvent);
      return { fulfillmentEvent: r.event ? eventView(r.event) : null, userErrors: r.userErrors };
    },
    fulfillmentOrderHold: ({ id, fulfillmentHold }) =>
      held(fulfilling.hold(shop, id, fulfillmentHold)),
    fulfillmentOrderReleaseHold: ({ id, holdIds }) =>
      held(fulfilling.releaseHold(shop, id, holdIds)),
    orderCancel: (args) => {
      const { job, errors } = fulfilling.cancelOrder(shop, args);
      return { job: job ? jobView(job) : null, orderCancelUserErrors: errors, userErrors: errors };
    },
    orderUpdate: ({ input }) => updateOrder(shop, input),
    refundCreate: ({ input }) => refundOrder(shop, input),
    tagsAdd: (args) => tag(shop, access, args, 'tagsAdd', (o, t) => addTags(shop, o, t)),
    tagsRemove: (args) => tag(shop, access, args, 'tagsRemove', (o, t) => removeTags(shop, o, t)),
    webhookSubscriptionCreate: (args) => subscribe(shop, args),
    webhookSubscriptionUpdate: (args) => changeSubscription(shop, args),
    webhookSubscriptionDelete: (args) => unsubscribe(shop, args),
  };
}

export const rootValue = (shop, access) => ({
  ...queries(shop, access),
  ...mutations(shop, access),
});
