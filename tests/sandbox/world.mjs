// Everything the sandbox is, put together: one object that all parts are handed.

import { TextModels } from './ai/ai.mjs';
import { CjAccount } from './cj/account.mjs';
import { CjEndpoint } from './cj/endpoint.mjs';
import { Supplier } from './cj/supplier.mjs';
import { CjWebhooks } from './cj/webhooks.mjs';
import { Catalog } from './catalog.mjs';
import { Agenda, Clock } from './clock.mjs';
import { Customers } from './customers.mjs';
import { Faults } from './faults.mjs';
import { shopOrderOf } from './judge.mjs';
import { Ledger } from './ledger.mjs';
import { newPerson } from './people.mjs';
import { Rng } from './rng.mjs';
import { ShopifyEndpoint } from './shopify/endpoint.mjs';
import { takeBack } from './shopify/refunds.mjs';
import { Shop } from './shopify/shop.mjs';
import { Webhooks } from './shopify/webhooks.mjs';

const TICK_MS = 100;
const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export class World {
  /**
   * @param settings from parseOptions()
   * @param schema from loadSchema()
   * @param saved what save() gave earlier
   */
  constructor(settings, schema, saved = {}) {
    this.settings = settings;
    this.clock = new Clock(saved.offsetMs ?? 0);
    this.rng = new Rng(saved.rng ?? settings.seed);
    this.moneyRng = new Rng(saved.moneyRng ?? settings.seed ^ 0xca54);
    this.agenda = new Agenda(saved.agenda ?? []);
    this.ledger = new Ledger(this.clock, saved.ledger ?? []);
    this.faults = new Faults(new Rng(saved.faultRng ?? settings.seed ^ 0xfa17), saved.faults ?? []);
    this.catalog = new Catalog(settings.seed, saved.catalog ?? [], {
      size: settings.cjProducts,
      imageBase: settings.imageBase,
      clock: this.clock,
    });
    this.account = new CjAccount(this.clock, settings, saved.account);
    this.shop = new Shop(this, saved.shop);
    this.supplier = new Supplier(this, saved.supplier);
    this.webhooks = new Webhooks(this, saved.webhooks);
    this.cjWebhooks = new CjWebhooks(saved.cjWebhooks);
    this.customers = new Customers(this);
    this.shopify = new ShopifyEndpoint(this, schema, saved.tokens, saved.idempotency);
    this.cj = new CjEndpoint(this);
    this.ai = new TextModels(this, new Rng(settings.seed ^ 0xa1), saved.ai);
    this.startedAt = Date.now();
    this.requests = { shopify: 0, cj: 0 };
  }

  events(topic, order) {
    this.webhooks.emit(topic, order);
  }

  shopOrderOf(cjOrder) {
    return shopOrderOf(this.shop, cjOrder);
  }

  save() {
    return {
      offsetMs: this.clock.offsetMs,
      rng: this.rng.state,
      moneyRng: this.moneyRng.state,
      faultRng: this.faults.rng.state,
      agenda: this.agenda.heap,
      ledger: this.ledger.entries,
      faults: this.faults.list,
      ai: this.ai.save(),
      catalog: this.catalog.changes(),
      account: this.account.save(),
      shop: this.shop.save(),
      supplier: this.supplier.save(),
      webhooks: this.webhooks.config,
      cjWebhooks: this.cjWebhooks.save(),
      tokens: [...this.shopify.tokens],
      idempotency: this.shopify.idempotency.save(),
      settings: this.settings,
    };
  }

  start() {
    this.customers.schedule();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.webhooks.close();
    this.cjWebhooks.close();
  }

  /** Does all that is due by now. */
  tick() {
    for (
      let item = this.agenda.takeDue(this.clock.now());
      item;
      item = this.agenda.takeDue(this.clock.now())
    ) {
      this.#happen(item);
    }
  }

  #happen(item) {
    const order = this.shop.orders.byId.get(item.id);
    switch (item.kind) {
      case 'customer':
        this.customers.order();
        this.customers.schedule(item.at);
        break;
      case 'burst':
        this.customers.order();
        break;
      case 'cj':
        this.supplier.advance(this.supplier.find(item.id), item.status);
        break;
      case 'risk':
        this.shop.setRisk(order, item.level);
        break;
      case 'pay':
        if (order.financial === 'PENDING' && !order.cancelledAt) {
          this.shop.pay(order);
        }
        break;
      case 'cancel':
        this.#cancel(order, item);
        break;
      case 'move':
        this.#move(order);
        break;
      case 'refund':
        takeBack(this.shop, order, this.moneyRng);
        break;
      case 'fewer':
        this.#fewer(order);
        break;
      default:
        throw new Error(`unknown item on the agenda: ${item.kind}`);
    }
  }

  /** The buyer moves house before anything is sent. */
  #move(order) {
    const { firstName, lastName } = order.shipping;
    const { address } = newPerson(this.rng, order.number, order.shipping.countryCode);
    this.shop.edit(order, { address: { ...address, firstName, lastName } });
  }

  /** A piece is taken out of an order that has several of something and is not on its way yet. */
  #fewer(order) {
    const line = order.lines.find((l) => !l.giftCard && l.current > 1);
    if (line && !order.cancelledAt && order.lines.every((l) => l.giftCard || l.fulfilled === 0)) {
      this.shop.edit(order, { lines: [{ sku: line.sku, quantity: line.current - 1 }] });
    }
  }

  #cancel(order, item) {
    if (!order.cancelledAt && !order.fulfillments.some((f) => f.status === 'SUCCESS')) {
      this.shop.cancel(order, item.reason ?? 'CUSTOMER', item.refund ?? true);
    }
    if (item.job) {
      this.shop.jobs.get(item.job).done = true;
    }
  }

  /**
   * Runs one operation of an outside service under the faults that are switched on.
   * @param actions {work(), throttle(), garbage}: work does and answers; the others are what such a fault answers
   * @returns an answer, {drop: true} (cut the connection) or {hang: ms}
   */
  async withFaults(service, names, actions) {
    this.requests[service] += 1;
    const { delayMs, other } = this.faults.choose(service, names.filter(Boolean));
    if (delayMs > 0) {
      await sleep(delayMs);
    }
    if (!other) {
      return actions.work();
    }
    if (other.kind === 'drop' || other.after) {
      await actions.work();
    }
    switch (other.kind) {
      case 'drop':
        return { drop: true };
      case 'hang':
        return { hang: other.ms ?? 120_000 };
      case 'throttle':
        return actions.throttle();
      case 'garbage':
        return actions.garbage;
      default:
        return {
          status: other.status,
          headers: other.status === 429 || other.status === 503 ? { 'retry-after': '1' } : {},
          raw: `${other.status} from the sandbox\n`,
        };
    }
  }
}
