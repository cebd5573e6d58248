// A sandbox inside the test process: its own world on a free port, and short ways to talk to it.

import { listen } from './http.mjs';
import { defaults } from './options.mjs';
import { loadSchema } from './schema.mjs';
import { World } from './world.mjs';

let schema;

export async function startSandbox(t, changes = {}, saved = {}) {
  schema ??= await loadSchema();
  const world = new World({ ...defaults(), cjQps: 0, ...changes }, schema, saved);
  const { server, port } = await listen(world);
  world.start();
  t.after(() => {
    world.stop();
    server.close();
    server.closeAllConnections();
  });
  return new Client(world, `http://127.0.0.1:${port}`);
}

class Client {
  constructor(world, base) {
    this.world = world;
    this.base = base;
    this.cjToken = null;
  }

  async control(method, path, body) {
    const answer = await fetch(`${this.base}/control${path}`, {
      method,
      body: body && JSON.stringify(body),
    });
    const json = await answer.json();
    if (!answer.ok) {
      throw new Error(json.error);
    }
    return json;
  }

  /** One GraphQL call; resolves to the JSON body with the status and headers beside it. */
  async gql(query, variables = {}, headers = {}) {
    const answer = await fetch(`${this.base}/shopify/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-access-token': 'shpat_sandbox',
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: answer.status, headers: answer.headers, ...(await answer.json()) };
  }

  async login() {
    const { json } = await this.cj('POST', 'authentication/getAccessToken', {
      apiKey: 'CJ0000001@api@sandbox',
    });
    this.cjToken = json.data.accessToken;
  }

  async cj(method, path, body) {
    const answer = await fetch(`${this.base}/cj/${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(this.cjToken && { 'CJ-Access-Token': this.cjToken }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
  }

  /** What a sound client sends to createOrderV2 for an order of the control port. */
  cjBody(order, changes = {}) {
    const row = this.world.shop.find(order.name);
    const a = row.shipping;
    return {
      orderNumber: `SHOP1-${row.number}-1`,
      shippingCountryCode: a.countryCode,
      shippingCountry: a.countryCode,
      shippingProvince: a.province ?? a.city,
      shippingCity: a.city,
      shippingZip: a.zip,
      shippingAddress: a.address1,
      shippingAddress2: a.address2,
      shippingCustomerName: `${a.firstName} ${a.lastName}`,
      shippingPhone: a.phone,
      fromCountryCode: 'CN',
      logisticName: 'CJPacket Ordinary',
      payType: 3,
      products: row.lines.map((l) => ({
        vid: this.world.catalog.bySku.get(l.sku).vid,
        quantity: l.current,
        storeLineItemId: String(l.id),
      })),
      ...changes,
    };
  }

  /** Creates, confirms and pays at CJ; returns CJ's order id. */
  async buy(order, changes) {
    const created = await this.cj(
      'POST',
      'shopping/order/createOrderV2',
      this.cjBody(order, changes),
    );
    const { orderId } = created.json.data;
    await this.cj('PATCH', 'shopping/order/confirmOrder', { orderId });
    await this.cj('POST', 'shopping/pay/payBalance', { orderId });
    return orderId;
  }

  /** Fulfils all of an order with the given tracking number. */
  async fulfill(order, number, lines) {
    const fo = this.world.shop.find(order.name).fulfillmentOrders[0];
    return this.gql(FULFILL, {
      f: {
        notifyCustomer: true,
        trackingInfo: { number, url: `https://track.example/${number}` },
        lineItemsByFulfillmentOrder: [
          {
            fulfillmentOrderId: `gid://shopify/FulfillmentOrder/${fo.id}`,
            ...(lines && { fulfillmentOrderLineItems: lines }),
          },
        ],
      },
    });
  }
}

const FULFILL = `mutation F($f: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $f) { fulfillment { id trackingInfo(first: 5) { number } } userErrors { field message } }
}`;

/** Waits until the check gives something true; fails after the deadline. */
export async function eventually(check, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) {
      return value;
    }
    if (Date.now() > end) {
      throw new Error(`still not: ${check}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
