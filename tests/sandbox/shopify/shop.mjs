// The shop: its orders and what may be done to them. Knows nothing of GraphQL or HTTP. Money is in cents.

import { gid, numberOf } from './ids.mjs';
import { chargedCents, dress, fromCents, giftCardLine, major, pay, taxLine } from './money.mjs';
import { OrderTable } from './order_table.mjs';
import { Products } from './products.mjs';
import { refundAll } from './refunds.mjs';
import { wellSetUp } from './setup.mjs';

const ORDER_ID_BASE = 5500000000000;

export class Shop {
  /** @param world clock, catalog, ledger, agenda, events(topic, order) */
  constructor(world, saved = {}) {
    this.world = world;
    this.counter = saved.counter ?? 1000;
    this.nextId = saved.nextId ?? 100;
    this.orders = new OrderTable(saved.orders ?? []);
    this.fulfillments = new Map();
    this.fulfillmentOrders = new Map();
    this.refunds = new Map();
    this.byLine = new Map();
    this.jobs = new Map(Object.entries(saved.jobs ?? {}));
    this.subscriptions = new Map((saved.subscriptions ?? []).map((s) => [s.id, s]));
    Object.assign(this, wellSetUp(), saved.setUp);
    this.products = new Products(this, saved.products);
    for (const order of this.orders.byId.values()) {
      this.#index(order);
    }
  }

  save() {
    return {
      counter: this.counter,
      nextId: this.nextId,
      orders: [...this.orders.byId.values()],
      jobs: Object.fromEntries(this.jobs),
      subscriptions: [...this.subscriptions.values()],
      setUp: {
        locations: this.locations,
        publications: this.publications,
        policies: this.policies,
      },
      products: this.products.save(),
    };
  }

  /** The location of a gid where stock can be kept now, or undefined. */
  location(id) {
    const number = numberOf('Location', id);
    return this.locations.find((l) => l.id === number && l.isActive && !l.hidden);
  }

  nextNumber() {
    return this.counter + 1;
  }

  newId() {
    return ++this.nextId;
  }

  #index(order) {
    order.fulfillmentOrders.forEach((fo) => this.fulfillmentOrders.set(fo.id, order));
    order.fulfillments.forEach((f) => this.fulfillments.set(f.id, order));
    order.lines.forEach((l) => this.byLine.set(l.id, order));
    (order.refunds ?? []).forEach((r) => this.refunds.set(r.id, order));
  }

  /** The order of a name ("#1001" or "1001"), gid or number, or undefined. */
  find(key) {
    const text = String(key);
    const id = numberOf('Order', text) ?? (/^[0-9]{8,}$/.test(text) ? Number(text) : null);
    return id !== null
      ? this.orders.byId.get(id)
      : this.orders.byName.get(text.startsWith('#') ? text : `#${text}`);
  }

  addOrder(spec) {
    const { settings, moneyRng } = this.world;
    const order = this.#build(spec, ++this.counter);
    if (moneyRng.chance(settings.giftCardRate)) {
      order.lines.push(giftCardLine(settings, moneyRng, 13000000000000 + this.newId()));
    }
    const free = goodsCents(order) >= fromCents(5000, order.currency);
    order.shippingCents = free ? 0 : fromCents(490, order.currency);
    dress(order, settings, moneyRng);
    order.fulfillmentOrders.push(this.#fulfillmentOrder(order));
    this.orders.add(order);
    this.#index(order);
    order.lines.forEach((l) => this.products.take(l.variantId, l.quantity));
    this.note('orderPlaced', order, {
      total: major(totalCents(order), order.currency),
      financial: order.financial,
      oddity: order.oddity,
    });
    this.world.events('orders/create', order);
    if (order.financial === 'PAID') {
      this.world.events('orders/paid', order);
    }
    return order;
  }

  #build(spec, number) {
    const now = this.world.clock.now() - (spec.age ?? 0) * 1000;
    const { id, firstName, lastName, email, phone, ip } = spec.customer;
    return {
      id: ORDER_ID_BASE + number,
      number,
      name: `#${number}`,
      createdAt: now,
      updatedAt: now,
      cancelledAt: null,
      cancelReason: null,
      closedAt: null,
      edited: null,
      test: Boolean(spec.test),
      note: spec.note ?? null,
      tags: [...(spec.tags ?? [])],
      email,
      phone,
      ip: spec.ip ?? ip,
      financial: spec.financial,
      currency: this.world.settings.currency,
      totalOverride: spec.total != null ? Math.round(Number(spec.total) * 100) : null,
      refundedCents: 0,
      customer: { id, firstName, lastName, email },
      shipping: spec.address,
      billing: spec.billing ?? spec.address,
      risk: riskOf(spec.risk),
      lines: spec.lines.map((line) => this.#line(line)),
      fulfillmentOrders: [],
      fulfillments: [],
      oddity: spec.oddity ?? null,
      split: Boolean(spec.split),
    };
  }

  #fulfillmentOrder(order) {
    return {
      id: this.newId() + 6000000000000,
      status: 'OPEN',
      createdAt: order.createdAt,
      updatedAt: order.createdAt,
      holds: [],
      lines: order.lines.filter((l) => !l.giftCard).map((l) => ({
        id: l.id + 1000000000000,
        lineId: l.id,
        total: l.quantity,
        remaining: l.quantity,
      })),
    };
  }

  /** What is sold under a SKU: a product of the first day, else one made through the API. */
  #goods(sku, listed) {
    const first = this.world.catalog.bySku.get(sku);
    if (!listed && first?.shopVariantId) {
      return {
        title: first.name,
        style: first.style,
        priceCents: fromCents(first.shopPriceCents, this.world.settings.currency),
        variantId: first.shopVariantId,
        productId: this.world.catalog.byPid.get(first.pid).shopProductId,
      };
    }
    const { row, variant } = this.products.forSale().find((o) => o.variant.sku === sku) ?? {};
    return (
      row && {
        title: row.title,
        style: variant.options.join(' / '),
        priceCents: variant.priceCents,
        variantId: variant.id,
        productId: row.id,
      }
    );
  }

  #line(line) {
    const goods = this.#goods(line.sku, line.listed);
    return {
      id: 13000000000000 + this.newId(),
      sku: line.sku,
      title: line.title ?? goods?.title ?? 'Custom item',
      style: goods?.style ?? null,
      quantity: line.quantity,
      current: line.quantity,
      fulfilled: 0,
      priceCents: line.price ?? goods?.priceCents ?? 1995,
      variantId: goods?.variantId ?? null,
      productId: goods?.productId ?? null,
    };
  }

  note(operation, order, facts = {}) {
    return this.world.ledger.add('shopify', operation, {
      order: order.name,
      orderId: gid('Order', order.id),
      ...facts,
    });
  }

  /** Marks a change: the order moves to the end of the list by update time, and hooks are told. */
  touch(order, topic = 'orders/updated') {
    order.updatedAt = this.world.clock.now();
    this.orders.touched();
    this.world.events(topic, order);
  }

  pay(order) {
    order.financial = 'PAID';
    pay(order, this.world.settings, this.world.moneyRng);
    this.note('orderPaid', order);
    this.touch(order);
    this.world.events('orders/paid', order);
  }

  setRisk(order, level, recommendation) {
    order.risk = riskOf(level, recommendation);
    this.note('riskAssessed', order, { level });
    this.touch(order);
    this.world.events('orders/risk_assessment_changed', order);
  }

  /** A person changes the address and/or quantities: {address: {...}, lines: [{sku, quantity}]}. */
  edit(order, change) {
    if (change.address) {
      order.shipping = { ...order.shipping, ...change.address };
    }
    for (const want of change.lines ?? []) {
      this.#setQuantity(order, want);
    }
    order.edited = this.world.clock.now();
    this.note('orderEdited', order, { address: change.address, lines: change.lines });
    this.touch(order);
  }

  #setQuantity(order, { sku, quantity }) {
    const fo =
      order.fulfillmentOrders.find((f) => !['CLOSED', 'CANCELLED'].includes(f.status)) ??
      order.fulfillmentOrders[0];
    let line = order.lines.find((l) => l.sku === sku);
    if (!line) {
      line = { ...this.#line({ sku, quantity: 0 }), quantity: 0, current: 0 };
      order.lines.push(line);
      this.byLine.set(line.id, order);
      fo.lines.push({ id: line.id + 1000000000000, lineId: line.id, total: 0, remaining: 0 });
    }
    const folder = fo.lines.find((l) => l.lineId === line.id);
    line.current = Math.max(quantity, line.fulfilled);
    line.quantity = Math.max(line.quantity, line.current);
    taxLine(order, line);
    folder.total = line.current;
    folder.remaining = line.current - line.fulfilled;
  }

  cancel(order, reason = 'CUSTOMER', refund = true) {
    order.cancelledAt = this.world.clock.now();
    order.cancelReason = reason;
    order.closedAt = order.cancelledAt;
    if (refund && order.financial === 'PAID') {
      refundAll(this, order);
    } else if (order.financial === 'PENDING') {
      order.financial = 'VOIDED';
    }
    for (const fo of order.fulfillmentOrders) {
      if (fo.status !== 'CLOSED') {
        fo.status = 'CLOSED';
        fo.lines.forEach((l) => {
          l.remaining = 0;
        });
      }
    }
    order.lines.forEach((l) => this.products.take(l.variantId, l.fulfilled - l.current));
    this.note('orderCancelled', order, { reason });
    this.touch(order);
    this.world.events('orders/cancelled', order);
  }
}

/** {level, recommendation}; unknown levels are taken as they are so that a person may try them. */
function riskOf(level = 'LOW', recommendation) {
  const fitting = {
    LOW: 'ACCEPT',
    MEDIUM: 'INVESTIGATE',
    HIGH: 'CANCEL',
    NONE: 'NONE',
    PENDING: 'NONE',
  };
  return { level, recommendation: recommendation ?? fitting[level] ?? 'NONE' };
}

export function goodsCents(order) {
  return order.lines.reduce((sum, l) => sum + l.priceCents * l.current, 0);
}

/** What the order charges before anything goes back. */
export function totalCents(order) {
  return order.totalOverride ?? chargedCents(order);
}

export function fulfillmentState(order) {
  const wanted = order.lines.filter((l) => l.current > 0);
  const done = wanted.filter((l) => l.fulfilled >= l.current).length;
  if (wanted.length > 0 && done === wanted.length) {
    return 'FULFILLED';
  }
  if (order.lines.some((l) => l.fulfilled > 0)) {
    return 'PARTIALLY_FULFILLED';
  }
  return order.fulfillmentOrders.some((f) => f.status === 'ON_HOLD') ? 'ON_HOLD' : 'UNFULFILLED';
}
