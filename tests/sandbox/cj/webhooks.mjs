// CJ's webhooks: where it tells of changes (webhook/set), and the signed deliveries with their repeats.

import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { chinaTime } from '../clock.mjs';
import { OPEN_ID } from './account.mjs';
import { CjError } from './envelope.mjs';

const TOPICS = ['product', 'stock', 'order', 'logistics'];
const REPEATS = 3;
const ANSWER_MS = 3000;

export const signCj = (raw, openId = OPEN_ID) => createHmac('sha256', openId).update(raw).digest('base64');

/** What is told when this happens to an order: topic, type, kind of change. */
const TOLD = {
  confirmOrder: [['order', 'ORDER', 'UPDATE']],
  payBalance: [['order', 'ORDER', 'UPDATE']],
  orderCancelled: [['order', 'ORDER', 'UPDATE']],
  parcelShipped: [['order', 'ORDER', 'UPDATE'], ['logistics', 'LOGISTIC', 'INSERT']],
  parcelDelivered: [['order', 'ORDER', 'UPDATE'], ['logistics', 'LOGISTIC', 'UPDATE']],
  orderSplit: [['order', 'ORDERSPLIT', 'INSERT']],
};

const PARAMS = {
  ORDER: (o) => ({
    cjOrderId: o.id,
    orderNumber: o.orderNumber,
    orderStatus: o.status,
    logisticName: o.logisticName,
    trackNumber: o.trackNumber,
    trackingUrl: o.trackingUrl,
    createDate: chinaTime(o.createdAt),
    payDate: o.paidAt ? chinaTime(o.paidAt) : null,
  }),
  LOGISTIC: (o) => ({
    orderId: o.id,
    storeOrderNumbers: [o.orderNumber],
    logisticName: o.logisticName,
    trackingNumber: o.trackNumber,
    trackingUrl: o.trackingUrl,
    trackingStatus: o.status === 'DELIVERED' ? 12 : 1,
    logisticsTrackEvents: '[]',
  }),
  ORDERSPLIT: (o) => ({
    originalOrderId: o.id,
    orderSplitTime: chinaTime(o.splitAt),
    splitOrderList: o.children.map((id) => ({ orderCode: id, createAt: chinaTime(o.splitAt), orderStatus: 400, productList: [] })),
  }),
};

export class CjWebhooks {
  /** @param saved what save() gave earlier */
  constructor(saved = {}) {
    this.blocks = Object.fromEntries(TOPICS.map((t) => [t, { type: 'CANCEL', urls: [], ...saved[t] }]));
    this.retryMs = 300_000;
    this.stats = { sent: 0, delivered: 0, failed: 0, givenUp: 0 };
    this.closed = false;
  }

  save() {
    return this.blocks;
  }

  close() {
    this.closed = true;
  }

  /** The body of webhook/set. */
  set(body) {
    for (const [topic, block] of Object.entries(body)) {
      const urls = block?.callbackUrls;
      if (!TOPICS.includes(topic) || !['ENABLE', 'CANCEL'].includes(block?.type) || !Array.isArray(urls) || urls.length > 1) {
        throw new CjError(1600300, `Param error: ${topic}`);
      }
      if (block.type === 'ENABLE' && !/^https:\/\//.test(urls[0] ?? '')) {
        throw new CjError(1600300, 'callbackUrl must be a https address');
      }
      this.blocks[topic] = { type: block.type, urls: block.type === 'ENABLE' ? urls : [] };
    }
    return true;
  }

  /** Something has happened to an order. */
  tell(operation, order, facts) {
    for (const [topic, type, messageType] of facts.refused ? [] : (TOLD[operation] ?? [])) {
      this.send(topic, { messageId: randomUUID(), type, messageType, params: PARAMS[type](order), openId: OPEN_ID });
    }
  }

  /** A delivery to whoever wants the topic. */
  send(topic, message) {
    const raw = Buffer.from(JSON.stringify(message));
    for (const url of this.blocks[topic].type === 'ENABLE' ? this.blocks[topic].urls : []) {
      this.#deliver({ url, raw, tries: 0 });
    }
  }

  async #deliver(job) {
    if (this.closed) {
      return;
    }
    this.stats.sent += 1;
    job.tries += 1;
    if (await this.#post(job)) {
      this.stats.delivered += 1;
      return;
    }
    this.stats.failed += 1;
    if (job.tries > REPEATS) {
      this.stats.givenUp += 1;
    } else {
      setTimeout(() => this.#deliver(job), this.retryMs).unref();
    }
  }

  /** True for 200 with {"result":"success"} within three seconds. */
  #post(job) {
    return new Promise((resolve) => {
      const { request } = job.url.startsWith('https:') ? https : http;
      const headers = { 'content-type': 'application/json', 'content-length': job.raw.length, sign: signCj(job.raw) };
      const call = request(job.url, { method: 'POST', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => resolve(answer.statusCode === 200 && /"result":"success"/.test(text)));
        answer.on('error', () => resolve(false));
      });
      const limit = setTimeout(() => call.destroy(new Error('too slow')), ANSWER_MS);
      call.on('close', () => clearTimeout(limit));
      call.on('error', () => resolve(false));
      call.end(job.raw);
    });
  }
}
