// The control port: /control/..., JSON in and out. Tests and people drive the outside world with it.

import { AI_ROUTES } from './ai/ai.mjs';
import { PRODUCT_ROUTES } from './cj/control_products.mjs';
import { judge } from './judge.mjs';
import { editListing, judgeListings, listingJson } from './listing_judge.mjs';
import { changeSettings } from './options.mjs';
import { moneyOf } from './money_judge.mjs';
import { gid } from './shopify/ids.mjs';
import { major } from './shopify/money.mjs';
import { giveBack } from './shopify/refunds.mjs';
import { changeSetUp, setUpOf } from './shopify/setup.mjs';
import { totalCents } from './shopify/shop.mjs';

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const orderJson = (order) => ({
  name: order.name,
  id: gid('Order', order.id),
  total: major(totalCents(order), order.currency),
  financial: order.financial,
  risk: order.risk.level,
  oddity: order.oddity,
  lines: order.lines.map((l) => ({ sku: l.sku, quantity: l.current })),
});

const cjJson = (o) => ({
  id: o.id,
  orderNumber: o.orderNumber,
  status: o.status,
  trackNumber: o.trackNumber,
  children: o.children,
  paid: Boolean(o.paidAt),
});

function shopOrder(world, key) {
  const order = world.shop.find(decodeURIComponent(key));
  if (!order) {
    throw new Refusal(404, `no order ${key}`);
  }
  return order;
}

function cjOrder(world, key) {
  const order = world.supplier.find(decodeURIComponent(key));
  if (!order) {
    throw new Refusal(404, `no CJ order ${key}`);
  }
  return order;
}

function listing(world, key) {
  const row = world.shop.products.find(decodeURIComponent(key));
  if (!row) {
    throw new Refusal(404, `no product ${key}`);
  }
  return row;
}

function variantOf(world, key) {
  const variant = world.catalog.find(decodeURIComponent(key));
  if (!variant) {
    throw new Refusal(404, `no variant ${key}`);
  }
  return variant;
}

function changeVariant(world, key, body) {
  const variant = variantOf(world, key);
  if (body.stock !== undefined) {
    variant.stock =
      typeof body.stock === 'object'
        ? { ...variant.stock, ...body.stock }
        : { CN: Number(body.stock), US: 0 };
  }
  if (body.price !== undefined) {
    variant.costCents = Math.round(Number(body.price) * 100);
  }
  if (body.offShelf !== undefined) {
    variant.offShelf = Boolean(body.offShelf);
  }
  variant.touched =
    variant.offShelf || variant.stock.CN < 100 || variant.costCents > variant.baseCostCents;
  variant.dirty = true;
  world.ledger.add('cj', 'variantChanged', { vid: variant.vid, sku: variant.sku, ...body });
  const { vid, sku, costCents, stock, offShelf } = variant;
  return { vid, sku, price: costCents / 100, stock, offShelf };
}

function advance(world, key, status) {
  const order = cjOrder(world, key);
  if (!['SHIPPED', 'DELIVERED'].includes(status)) {
    throw new Refusal(400, 'status must be SHIPPED or DELIVERED');
  }
  if (!order.paidAt) {
    throw new Refusal(409, 'the order is not paid');
  }
  world.supplier.advance(order, status);
  return cjJson(order);
}

function track(world, key, number) {
  const order = cjOrder(world, key);
  if (!order.trackNumber) {
    throw new Refusal(409, 'the parcel has no number yet');
  }
  const before = order.trackNumber;
  world.supplier.setTracking(order, String(number));
  world.supplier.note('trackingChanged', order, { before, tracking: order.trackNumber });
  return cjJson(order);
}

/** {lines: [{sku, quantity}], shipping, keep}: goods of an order come back, with shipping, less what is kept (in cents). */
function refund(world, order, body) {
  const lines = (body.lines ?? []).map(({ sku, quantity }) => ({
    line: order.lines.find((l) => l.sku === sku),
    quantity,
  }));
  if (lines.some(({ line, quantity }) => !line || quantity > line.current - (line.back ?? 0))) {
    throw new Refusal(409, 'the order has no such goods');
  }
  for (const { line, quantity } of lines) {
    const sent = Math.min(quantity, line.fulfilled - (line.back ?? 0));
    line.back = (line.back ?? 0) + sent;
    line.current -= quantity - sent;
  }
  const made = giveBack(world.shop, order, {
    lines,
    shippingCents: body.shipping ?? 0,
    keepCents: body.keep ?? 0,
  });
  world.shop.touch(order);
  return { id: gid('Refund', made.id), paid: major(made.paidCents, order.currency) };
}

function settings(world, body) {
  changeSettings(world.settings, body);
  world.customers.schedule();
  return world.settings;
}

/** [method, pattern, run(world, body, [parts], query)] */
const ROUTES = [
  ...AI_ROUTES,
  [
    'GET',
    /^\/health$/,
    (w) => ({
      ok: true,
      uptime_s: Math.round((Date.now() - w.startedAt) / 1000),
      orders: w.shop.orders.size,
      cjOrders: w.supplier.byId.size,
      ledger: w.ledger.entries.length,
      requests: w.requests,
      wallet: w.account.walletCents / 100,
      pointsLeft: Math.floor(w.account.points.left),
      cjLogins: w.account.logins,
      webhooks: w.webhooks.stats,
    }),
  ],
  ['POST', /^\/orders$/, (w, body) => orderJson(w.customers.order(body))],
  ['GET', /^\/orders$/, (w) => [...w.shop.orders.byId.values()].map(orderJson)],
  ['GET', /^\/orders\/([^/]+)$/, (w, _, [key]) => shopOrder(w, key)],
  [
    'POST',
    /^\/burst$/,
    (w, body) => {
      w.customers.burst(Number(body.count ?? 1), Number(body.perSecond ?? 0));
      w.tick();
      return { count: body.count ?? 1 };
    },
  ],
  [
    'POST',
    /^\/orders\/([^/]+)\/edit$/,
    (w, body, [key]) => {
      const order = shopOrder(w, key);
      w.shop.edit(order, body);
      return orderJson(order);
    },
  ],
  [
    'POST',
    /^\/orders\/([^/]+)\/cancel$/,
    (w, body, [key]) => {
      const order = shopOrder(w, key);
      if (!order.cancelledAt) {
        w.shop.cancel(order, body.reason ?? 'CUSTOMER', body.refund ?? true);
      }
      return orderJson(order);
    },
  ],
  ['POST', /^\/orders\/([^/]+)\/refund$/, (w, body, [key]) => refund(w, shopOrder(w, key), body)],
  [
    'POST',
    /^\/orders\/([^/]+)\/risk$/,
    (w, body, [key]) => {
      const order = shopOrder(w, key);
      w.shop.setRisk(order, body.level ?? 'LOW', body.recommendation);
      return orderJson(order);
    },
  ],
  [
    'POST',
    /^\/orders\/([^/]+)\/pay$/,
    (w, _, [key]) => {
      const order = shopOrder(w, key);
      w.shop.pay(order);
      return orderJson(order);
    },
  ],
  ['GET', /^\/cj\/orders$/, (w) => [...w.supplier.byId.values()].map(cjJson)],
  ['GET', /^\/cj\/orders\/([^/]+)$/, (w, _, [key]) => cjOrder(w, key)],
  ['POST', /^\/cj\/orders\/([^/]+)\/advance$/, (w, body, [key]) => advance(w, key, body.status)],
  [
    'POST',
    /^\/cj\/orders\/([^/]+)\/split$/,
    (w, _, [key]) => {
      const order = cjOrder(w, key);
      if (order.paidAt) {
        w.supplier.split(order);
      } else {
        order.wantsSplit = true;
      }
      return cjJson(order);
    },
  ],
  ['POST', /^\/cj\/orders\/([^/]+)\/track$/, (w, body, [key]) => track(w, key, body.number)],
  [
    'POST',
    /^\/cj\/orders\/([^/]+)\/cancel$/,
    (w, _, [key]) => {
      const order = cjOrder(w, key);
      w.supplier.cancel(order);
      return cjJson(order);
    },
  ],
  [
    'GET',
    /^\/cj\/variants$/,
    (w) =>
      w.catalog.variants.map(({ vid, pid, sku, costCents, stock, offShelf }) => ({
        vid,
        pid,
        sku,
        price: costCents / 100,
        stock,
        offShelf,
      })),
  ],
  ['POST', /^\/cj\/variants\/([^/]+)$/, (w, body, [key]) => changeVariant(w, key, body)],
  ...PRODUCT_ROUTES,
  [
    'POST',
    /^\/cj\/wallet$/,
    (w, body) => {
      w.account.walletCents = Math.round(Number(body.amount) * 100);
      w.ledger.add('cj', 'walletSet', { amount: body.amount });
      return { amount: w.account.walletCents / 100 };
    },
  ],
  [
    'POST',
    /^\/cj\/token\/expire$/,
    (w) => {
      w.account.expireAccess();
      return { ok: true };
    },
  ],
  ['GET', /^\/faults$/, (w) => w.faults.list],
  ['POST', /^\/faults$/, (w, body) => w.faults.add(body)],
  [
    'DELETE',
    /^\/faults$/,
    (w) => {
      w.faults.clear();
      return { ok: true };
    },
  ],
  [
    'GET',
    /^\/ledger$/,
    (w, _, __, query) =>
      w.ledger.after(Number(query.get('after') ?? 0), Number(query.get('limit') ?? Infinity)),
  ],
  ['GET', /^\/judge$/, (w, _, __, query) => judge(w, Number(query.get('grace') ?? 0) * 1000)],
  ['GET', /^\/judge\/listings$/, (w) => judgeListings(w)],
  ['GET', /^\/judge\/money$/, (w) => moneyOf(w)],
  [
    'GET',
    /^\/products$/,
    (w) => [...w.shop.products.byId.values()].map((row) => listingJson(w, row)),
  ],
  ['GET', /^\/products\/([^/]+)$/, (w, _, [key]) => listingJson(w, listing(w, key))],
  ['POST', /^\/products\/([^/]+)$/, (w, body, [key]) => editListing(w, listing(w, key), body)],
  [
    'DELETE',
    /^\/products\/([^/]+)$/,
    (w, _, [key]) => {
      w.shop.products.remove(listing(w, key));
      return { ok: true };
    },
  ],
  ['GET', /^\/shop$/, (w) => setUpOf(w.shop)],
  ['POST', /^\/shop$/, (w, body) => changeSetUp(w.shop, body)],
  ['GET', /^\/webhooks$/, (w) => ({ ...w.webhooks.config, stats: w.webhooks.stats })],
  ['POST', /^\/webhooks$/, (w, body) => Object.assign(w.webhooks.config, body)],
  ['GET', /^\/cj-webhooks$/, (w) => ({ ...w.cjWebhooks.blocks, stats: w.cjWebhooks.stats })],
  ['POST', /^\/cj-webhooks$/, (w, { url, topics = ['order', 'logistics'] }) => {
    topics.forEach((t) => { w.cjWebhooks.blocks[t] = { type: url ? 'ENABLE' : 'CANCEL', urls: url ? [url] : [] }; });
    return w.cjWebhooks.blocks;
  }],
  ['GET', /^\/settings$/, (w) => w.settings],
  ['POST', /^\/settings$/, settings],
  [
    'POST',
    /^\/clock$/,
    (w, body) => {
      w.clock.offsetMs = Number(body.offset_s) * 1000;
      w.tick();
      return { now: new Date(w.clock.now()).toISOString() };
    },
  ],
];

function bodyOf(text) {
  if (!text) {
    return {};
  }
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
}

export function handleControl(world, request) {
  try {
    for (const [method, pattern, run] of ROUTES) {
      const parts = method === request.method ? pattern.exec(request.path) : null;
      if (parts) {
        return {
          status: 200,
          body: run(world, bodyOf(request.text), parts.slice(1), request.url.searchParams),
        };
      }
    }
    return {
      status: 404,
      body: { error: `no ${request.method} ${request.path} at the control port` },
    };
  } catch (error) {
    return {
      status: error.status ?? 400,
      body: { error: error.message },
    };
  }
}
