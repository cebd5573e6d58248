// Signed order webhooks in the REST shape, with repeats, and duplicates on demand.

import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { isoSeconds } from '../clock.mjs';
import { COUNTRY_NAMES } from '../people.mjs';
import { gid } from './ids.mjs';
import { fulfillmentState, goodsCents, totalCents } from './shop.mjs';

const TOPICS = ['orders/create', 'orders/updated', 'orders/cancelled'];
const REPEATS = 8;
const AT_ONCE = 20;

export const sign = (secret, raw) => createHmac('sha256', secret).update(raw).digest('base64');

const text = (cents) => (cents / 100).toFixed(2);

function restAddress(a, level2) {
  if (!a) {
    return null;
  }
  const place = {
    province: a.province,
    country: COUNTRY_NAMES[a.countryCode] ?? a.countryCode,
    country_code: a.countryCode,
    province_code: a.provinceCode,
  };
  return !level2
    ? place
    : {
        first_name: a.firstName,
        last_name: a.lastName,
        name: `${a.firstName} ${a.lastName}`,
        company: a.company,
        address1: a.address1,
        address2: a.address2,
        city: a.city,
        zip: a.zip,
        phone: a.phone,
        ...place,
      };
}

const restLine = (l) => ({
  id: l.id,
  admin_graphql_api_id: gid('LineItem', l.id),
  name: l.title,
  title: l.title,
  variant_title: l.style,
  sku: l.sku,
  quantity: l.quantity,
  current_quantity: l.current,
  fulfillable_quantity: l.current - l.fulfilled,
  price: text(l.priceCents),
  variant_id: l.variantId,
  product_id: l.productId,
  requires_shipping: true,
  fulfillment_status: l.fulfilled >= l.current && l.current > 0 ? 'fulfilled' : null,
});

const restFulfillment = (f) => ({
  id: f.id,
  admin_graphql_api_id: gid('Fulfillment', f.id),
  name: f.name,
  status: f.status.toLowerCase(),
  created_at: isoSeconds(f.createdAt),
  tracking_numbers: f.tracking.map((t) => t.number),
  tracking_urls: f.tracking.map((t) => t.url),
});

const restPeople = (order, level2) => ({
  customer: {
    id: order.customer.id,
    admin_graphql_api_id: gid('Customer', order.customer.id),
    ...(level2 && {
      email: order.email,
      first_name: order.customer.firstName,
      last_name: order.customer.lastName,
    }),
  },
  shipping_address: restAddress(order.shipping, level2),
  billing_address: restAddress(order.billing, level2),
});

/** The order as the REST API wrote it. */
export function restOrder(order, level2 = true) {
  const state = { FULFILLED: 'fulfilled', PARTIALLY_FULFILLED: 'partial' };
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    name: order.name,
    number: order.number - 1000,
    order_number: order.number,
    created_at: isoSeconds(order.createdAt),
    updated_at: isoSeconds(order.updatedAt),
    processed_at: isoSeconds(order.createdAt),
    cancelled_at: isoSeconds(order.cancelledAt),
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    closed_at: isoSeconds(order.closedAt),
    confirmed: true,
    test: order.test,
    note: order.note,
    tags: order.tags.join(', '),
    currency: order.currency ?? 'USD',
    presentment_currency: order.currency ?? 'USD',
    financial_status: order.financial.toLowerCase(),
    fulfillment_status: state[fulfillmentState(order)] ?? null,
    total_price: text(totalCents(order)),
    current_total_price: text(totalCents(order)),
    subtotal_price: text(goodsCents(order)),
    total_tax: '0.00',
    taxes_included: false,
    ...(level2 && {
      email: order.email,
      phone: order.phone,
      contact_email: order.email,
      browser_ip: order.ip,
    }),
    ...restPeople(order, level2),
    shipping_lines: [
      { id: order.id, title: 'Standard', code: 'Standard', price: text(order.shippingCents) },
    ],
    line_items: order.lines.map(restLine),
    fulfillments: order.fulfillments.map(restFulfillment),
  };
}

export class Webhooks {
  /** @param world shop, clock, settings, rng, faults */
  constructor(world, saved = {}) {
    this.world = world;
    this.config = {
      url: null,
      secret: 'sandbox-secret',
      enabled: false,
      duplicates: 0,
      retryMs: 1000,
      ...saved,
    };
    this.stats = { sent: 0, delivered: 0, failed: 0, duplicates: 0, givenUp: 0 };
    this.waiting = [];
    this.running = 0;
    this.closed = false;
  }

  /** Called for every change of an order. */
  emit(topic, order) {
    const targets = this.#targets(topic);
    if (targets.length === 0) {
      return;
    }
    const raw = Buffer.from(JSON.stringify(restOrder(order, this.world.settings.level2)));
    const eventId = randomUUID();
    const at = new Date(this.world.clock.now()).toISOString();
    for (const target of targets) {
      const job = { topic, raw, eventId, at, webhookId: randomUUID(), tries: 0, ...target };
      this.#push(job);
      if (this.world.rng.chance(this.config.duplicates)) {
        this.stats.duplicates += 1;
        this.#push({ ...job });
      }
    }
  }

  #targets(topic) {
    const targets = [];
    if (this.config.enabled && this.config.url && (this.config.topics ?? TOPICS).includes(topic)) {
      targets.push({ url: this.config.url, secret: this.config.secret });
    }
    const name = topic.toUpperCase().replace('/', '_');
    for (const s of this.world.shop.subscriptions.values()) {
      if (s.topic === name) {
        targets.push({ url: s.uri, secret: 'sandbox-secret', subscription: s.id });
      }
    }
    return targets;
  }

  close() {
    this.closed = true;
    this.waiting.length = 0;
  }

  #push(job) {
    this.waiting.push(job);
    this.#pump();
  }

  #pump() {
    while (this.running < AT_ONCE && this.waiting.length > 0) {
      const job = this.waiting.shift();
      this.running += 1;
      this.#deliver(job).finally(() => {
        this.running -= 1;
        this.#pump();
      });
    }
  }

  async #deliver(job) {
    this.stats.sent += 1;
    job.tries += 1;
    const status = await this.#post(job);
    if (status >= 200 && status < 300) {
      this.stats.delivered += 1;
      this.#settle(job, true);
      return;
    }
    this.stats.failed += 1;
    if (job.tries > REPEATS) {
      this.stats.givenUp += 1;
      this.#settle(job, false);
    } else if (!this.closed) {
      const gap = Math.min(60_000, this.config.retryMs * 2 ** (job.tries - 1));
      setTimeout(() => this.closed || this.#push(job), gap).unref();
    }
  }

  /** A subscription made through the API is deleted after eight failures in a row. */
  #settle(job, ok) {
    const row = this.world.shop.subscriptions.get(job.subscription);
    if (row) {
      row.failures = ok ? 0 : REPEATS;
      if (!ok) {
        this.world.shop.subscriptions.delete(row.id);
      }
    }
  }

  #headers(job) {
    return {
      'content-type': 'application/json',
      'content-length': job.raw.length,
      'user-agent': 'Shopify-Captain-Hook',
      'X-Shopify-Topic': job.topic,
      'X-Shopify-Hmac-Sha256': sign(job.secret, job.raw),
      'X-Shopify-Shop-Domain': this.world.settings.shop,
      'X-Shopify-API-Version': '2026-10',
      'X-Shopify-Webhook-Id': job.webhookId,
      'X-Shopify-Event-Id': job.eventId,
      'X-Shopify-Triggered-At': job.at,
      'X-Shopify-Name': 'sandbox',
    };
  }

  /** The status of the answer; 0 when there was none within five seconds. */
  #post(job) {
    return new Promise((resolve) => {
      try {
        const { request } = job.url.startsWith('https:') ? https : http;
        const call = request(
          job.url,
          { method: 'POST', headers: this.#headers(job), timeout: 5000 },
          (answer) => {
            answer.resume();
            answer.on('end', () => resolve(answer.statusCode));
            answer.on('error', () => resolve(0));
          },
        );
        const limit = setTimeout(() => call.destroy(new Error('too slow')), 5000);
        call.on('close', () => clearTimeout(limit));
        call.on('error', () => resolve(0));
        call.end(job.raw);
      } catch {
        resolve(0);
      }
    });
  }
}
