// CJ's order book: create, confirm, pay, ship, split, deliver. Knows nothing of HTTP. Money is in cents.

import { hash } from '../rng.mjs';
import { CjError } from './envelope.mjs';
import { methodFor } from './freight.mjs';

const ORDER_ID_BASE = 2611210000000000000n;
const OPEN = new Set(['CREATED', 'IN_CART']);

export class Supplier {
  /** @param world clock, catalog, ledger, agenda, settings, rng, account */
  constructor(world, saved = {}) {
    this.world = world;
    this.counter = saved.counter ?? 0;
    this.byId = new Map();
    this.byNumber = new Map();
    this.tracks = new Map();
    for (const order of saved.orders ?? []) {
      this.#index(order);
    }
  }

  save() {
    return { counter: this.counter, orders: [...this.byId.values()] };
  }

  #index(order) {
    this.byId.set(order.id, order);
    if (!order.parentId) {
      this.byNumber.set(order.orderNumber, order);
    }
    if (order.trackNumber) {
      this.tracks.set(order.trackNumber, order);
    }
  }

  #newId() {
    this.counter += 1;
    return String(ORDER_ID_BASE + BigInt(this.counter));
  }

  note(operation, order, facts = {}) {
    const shopOrder = this.world.shopOrderOf(order);
    this.world.cjWebhooks?.tell(operation, order, facts);
    return this.world.ledger.add('cj', operation, {
      order: shopOrder?.name ?? null,
      orderNumber: order.orderNumber,
      cjOrderId: order.id,
      ...facts,
    });
  }

  /** By CJ's id or by our number. */
  find(key) {
    return this.byId.get(String(key)) ?? this.byNumber.get(String(key));
  }

  byTrack(number) {
    return this.tracks.get(number);
  }

  mustFind(key) {
    const order = this.find(key);
    if (!order) {
      throw new CjError(hash(String(key)) % 2 === 0 ? 1600300 : 1603100, 'order not found');
    }
    return order;
  }

  /** @param input checked body of createOrderV2 */
  create(input) {
    const known = this.byNumber.get(input.orderNumber);
    if (known) {
      this.note('createOrder', known, { refused: true });
      throw new CjError(1603003, `Order exist, orderNumber: ${input.orderNumber}`);
    }
    const lines = input.products.map((p, i) => this.#line(p, i));
    const method = methodFor(input.logisticName, input.shippingCountryCode);
    if (!method) {
      throw new CjError(1605001, 'The logistics is not valid for this order');
    }
    const order = this.#build(input, lines, method);
    this.#index(order);
    this.note('createOrder', order, {
      amount: (order.productCents + order.postageCents) / 100,
      lines: lines.map(({ sku, vid, quantity, storeLineItemId }) => ({
        sku,
        vid,
        quantity,
        storeLineItemId,
      })),
      logisticsMiss: order.logisticsMiss || undefined,
    });
    return order;
  }

  #line(product, index) {
    const variant =
      product.vid != null
        ? this.world.catalog.byVid.get(String(product.vid))
        : this.world.catalog.bySku.get(product.sku);
    if (!variant) {
      throw new CjError(1602000, 'Variant not found');
    }
    if (variant.offShelf) {
      throw new CjError(1602003, 'The variant has been removed from shelves');
    }
    const quantity = Number(product.quantity);
    if (!Number.isInteger(quantity) || quantity < 1) {
      throw new CjError(1600300, 'quantity must be a positive integer');
    }
    return {
      vid: variant.vid,
      sku: variant.sku,
      quantity,
      cents: variant.costCents,
      storeLineItemId: product.storeLineItemId ?? null,
      lineItemId: String(2611219000000000000n + BigInt(this.counter * 50 + index)),
    };
  }

  #build(input, lines, method) {
    const { settings, rng, clock } = this.world;
    const miss = rng.chance(settings.cjLogisticsMiss);
    const intercept = [];
    if (!input.shippingPhone) {
      intercept.push({ code: 1001, message: 'The phone number of the consignee is missing' });
    }
    if (rng.chance(settings.cjIntercept)) {
      intercept.push({ code: 1002, message: 'The address could not be verified' });
    }
    return {
      id: this.#newId(),
      orderNumber: input.orderNumber,
      status: 'CREATED',
      subStatus: null,
      createdAt: clock.now(),
      confirmedAt: null,
      paidAt: null,
      shippedAt: null,
      deliveredAt: null,
      payments: 0,
      lines,
      productCents: lines.reduce((sum, l) => sum + l.cents * l.quantity, 0),
      postageCents: method.price(lines, this.world.catalog),
      logisticName: input.logisticName,
      fromCountryCode: input.fromCountryCode,
      shipping: Object.fromEntries(
        Object.entries(input).filter(([k]) => k.startsWith('shipping') || k === 'email'),
      ),
      remark: input.remark ?? null,
      payType: input.payType ?? 1,
      sandbox: Number(input.isSandbox ?? 0),
      logisticsMiss: miss,
      intercept,
      trackNumber: null,
      trackingUrl: null,
      parentId: null,
      children: [],
      splitAt: null,
    };
  }

  confirm(order) {
    if (order.status !== 'CREATED' && order.status !== 'IN_CART') {
      this.note('confirmOrder', order, { refused: true, status: order.status });
      throw new CjError(1603001, `Order confirm fail, order status is ${order.status}`);
    }
    order.status = 'UNPAID';
    order.confirmedAt = this.world.clock.now();
    this.note('confirmOrder', order);
  }

  pay(order) {
    if (order.paidAt) {
      this.note('payBalance', order, { refused: true });
      throw new CjError(1603101, 'Payment failed, the order has been paid');
    }
    if (order.status !== 'UNPAID' || order.logisticsMiss || order.intercept.length) {
      throw new CjError(1603101, `Payment failed, order status is ${order.status}`);
    }
    const amount = order.productCents + order.postageCents;
    if (this.world.account.walletCents < amount) {
      throw new CjError(1604000, 'Balance is insufficient');
    }
    this.#takeStock(order);
    this.world.account.walletCents -= amount;
    order.paidAt = this.world.clock.now();
    order.payments += 1;
    order.status = 'UNSHIPPED';
    order.subStatus = 'PENDING';
    this.note('payBalance', order, {
      amount: amount / 100,
      wallet: this.world.account.walletCents / 100,
    });
    this.#plan(order, 'SHIPPED', this.world.settings.shipAfter);
  }

  #takeStock(order) {
    const rows = order.lines.map((l) => ({
      variant: this.world.catalog.byVid.get(l.vid),
      quantity: l.quantity,
    }));
    const place = order.fromCountryCode === 'US' ? 'US' : 'CN';
    if (rows.some(({ variant, quantity }) => variant.offShelf || variant.stock[place] < quantity)) {
      throw new CjError(1603102, 'Inventory deduction failed');
    }
    for (const { variant, quantity } of rows) {
      variant.stock[place] -= quantity;
      variant.dirty = true;
    }
  }

  #plan(order, status, seconds) {
    this.world.agenda.add({
      at: this.world.clock.now() + seconds * 1000,
      kind: 'cj',
      id: order.id,
      status,
    });
  }

  delete(order) {
    if (!OPEN.has(order.status)) {
      throw new CjError(1603002, `Order delete fail, order status is ${order.status}`);
    }
    order.status = 'CANCELLED';
    this.note('deleteOrder', order);
  }

  /** CJ itself (or a person through the control port) closes an order; a paid one is paid back. */
  cancel(order) {
    if (order.paidAt && order.status !== 'CANCELLED') {
      this.world.account.walletCents += order.productCents + order.postageCents;
    }
    [order, ...this.childrenOf(order)].forEach((o) => {
      o.status = 'CANCELLED';
    });
    this.note('orderCancelled', order, { paid: Boolean(order.paidAt) });
  }

  childrenOf(order) {
    return order.children.map((id) => this.byId.get(id));
  }

  /** The next thing happens to a parcel; also called by the agenda. Split orders move child by child. */
  advance(order, status) {
    if (order.status === 'CANCELLED' || order.status === status) {
      return;
    }
    if (order.children.length) {
      this.childrenOf(order).forEach((child) => this.advance(child, status));
      return;
    }
    if (status === 'SHIPPED' && this.#splits(order)) {
      this.split(order);
      return;
    }
    this.#set(order, status);
  }

  #set(order, status) {
    const { clock, settings } = this.world;
    order.status = status;
    order.subStatus = null;
    if (status === 'SHIPPED' || (status === 'DELIVERED' && !order.trackNumber)) {
      order.shippedAt = clock.now();
      this.setTracking(order, `CJP${order.id.slice(-10)}YQ`);
    }
    if (status === 'SHIPPED') {
      this.#plan(order, 'DELIVERED', settings.deliverAfter);
    }
    if (status === 'DELIVERED') {
      order.deliveredAt = clock.now();
    }
    this.note(
      status === 'SHIPPED' ? 'parcelShipped' : `parcel${status[0]}${status.slice(1).toLowerCase()}`,
      order,
      { tracking: order.trackNumber },
    );
    this.#settleParent(order);
  }

  setTracking(order, number) {
    order.trackNumber = number;
    order.trackingUrl = `https://track.cj.example/${number}`;
    this.tracks.set(number, order);
  }

  /** The original of a split order is as far as the slowest of its parcels. */
  #settleParent(child) {
    if (!child.parentId) {
      return;
    }
    const parent = this.byId.get(child.parentId);
    const rank = ['UNSHIPPED', 'SHIPPED', 'DELIVERED'];
    const least = Math.min(...this.childrenOf(parent).map((c) => rank.indexOf(c.status)));
    parent.status = rank[least] ?? parent.status;
    parent.subStatus = parent.status === 'UNSHIPPED' ? 'PROCESSING' : null;
  }

  #splits(order) {
    const pieces = order.lines.reduce((sum, l) => sum + l.quantity, 0);
    const { settings } = this.world;
    const rate = settings.splitRate >= 0 ? settings.splitRate : settings.oddity / 4;
    return (
      pieces >= 2 &&
      !order.parentId &&
      (order.wantsSplit ||
        this.world.shopOrderOf(order)?.split ||
        (hash(`split ${order.id}`) % 1000) / 1000 < rate)
    );
  }

  /** Two parcels: the first leaves now, the second as long again after payment. */
  split(order) {
    const pieces = order.lines.reduce((sum, l) => sum + l.quantity, 0);
    if (!order.paidAt || order.children.length || order.trackNumber || pieces < 2) {
      throw new CjError(
        1600300,
        'only a paid order with two pieces or more, not shipped yet, can be split',
      );
    }
    const [one, two] = halves(order.lines);
    const parts = [one, two].map((lines) => this.#child(order, lines));
    order.children = parts.map((p) => p.id);
    order.splitAt = this.world.clock.now();
    order.subStatus = 'PROCESSING';
    this.note('orderSplit', order, { children: order.children });
    this.#set(parts[0], 'SHIPPED');
    this.#plan(parts[1], 'SHIPPED', this.world.settings.shipAfter);
  }

  #child(order, lines) {
    const child = {
      ...order,
      id: this.#newId(),
      lines,
      parentId: order.id,
      children: [],
      payments: 0,
      splitAt: null,
      status: 'UNSHIPPED',
      subStatus: 'PROCESSING',
      productCents: lines.reduce((s, l) => s + l.cents * l.quantity, 0),
      postageCents: 0,
    };
    this.#index(child);
    return child;
  }
}

/** Cuts lines into two non-empty parts: between lines, or inside the only one. */
function halves(lines) {
  if (lines.length > 1) {
    return [lines.slice(0, 1), lines.slice(1)];
  }
  const [line] = lines;
  const first = Math.ceil(line.quantity / 2);
  return [[{ ...line, quantity: first }], [{ ...line, quantity: line.quantity - first }]];
}
