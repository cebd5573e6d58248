// The people who order: how many, how odd. An oddity is named, so that the judge can say why an order was not expected.

import { newPerson } from './people.mjs';

const ODDITIES = [
  'po_box',
  'no_phone',
  'risk_high',
  'risk_pending',
  'unpaid',
  'pays_later',
  'duplicate',
  'unknown_sku',
  'nine_pieces',
  'billing_country',
  'no_city',
  'no_zip',
  'no_house_number',
  'test_order',
  'many_lines',
  'two_parcels',
  'cancels_early',
  'moves_early',
];

const ODD = {
  po_box: (spec) => {
    spec.address.address1 = 'P.O. Box 1204';
  },
  no_phone: (spec) => {
    spec.address.phone = null;
    spec.customer.phone = null;
  },
  risk_high: (spec) => {
    spec.risk = 'HIGH';
  },
  risk_pending: (spec) => {
    spec.risk = 'PENDING';
    spec.riskThen = 'LOW';
  },
  unpaid: (spec) => {
    spec.financial = 'PENDING';
  },
  pays_later: (spec) => {
    spec.financial = 'PENDING';
    spec.paysAfter = 20;
  },
  unknown_sku: (spec) => {
    spec.lines[0] = { sku: 'HOUSE-BRAND-1', quantity: 1, price: 1995, title: 'Gift Wrapping' };
  },
  nine_pieces: (spec) => {
    spec.lines[0].quantity = 9;
  },
  billing_country: (spec) => {
    spec.billing = {
      ...spec.address,
      countryCode: spec.address.countryCode === 'US' ? 'CA' : 'US',
    };
  },
  no_city: (spec) => {
    spec.address.city = '';
  },
  no_zip: (spec) => {
    spec.address.zip = null;
  },
  no_house_number: (spec) => {
    spec.address.address1 = 'behind the old mill';
    spec.address.address2 = null;
  },
  test_order: (spec) => {
    spec.test = true;
  },
  cancels_early: (spec) => {
    spec.cancelAfter = 4;
  },
  moves_early: (spec) => {
    spec.moveAfter = 4;
  },
};

export class Customers {
  /** @param world rng, catalog, agenda, clock, settings and shop (see world.mjs) */
  constructor(world) {
    this.world = world;
    this.last = null;
  }

  /**
   * Puts the next order of the steady stream on the agenda; called again whenever the rate changes.
   * @param from when the last one was due; after a leap of the clock the stream starts again from now
   */
  schedule(from = this.world.clock.now()) {
    const { agenda, clock, rng, settings } = this.world;
    agenda.removeWhere((item) => item.kind === 'customer');
    if (settings.ordersPerMinute > 0) {
      const start = Math.max(from, clock.now() - 5000);
      agenda.add({ at: start + rng.wait(60_000 / settings.ordersPerMinute), kind: 'customer' });
    }
  }

  /** One customer places one order, odd or not. Returns the order. */
  order(body = {}) {
    const { shop } = this.world;
    const spec = this.#spec(body);
    const order = shop.addOrder(spec);
    this.last = {
      email: order.email,
      lines: spec.lines,
      person: spec.customer,
      address: spec.address,
    };
    this.#later(order, spec);
    return order;
  }

  /** Many orders, at once or so many a second. */
  burst(count, perSecond) {
    const { agenda, clock } = this.world;
    for (let i = 0; i < count; i++) {
      agenda.add({ at: clock.now() + (perSecond > 0 ? (i * 1000) / perSecond : 0), kind: 'burst' });
    }
  }

  #spec(body) {
    const { rng, settings, shop } = this.world;
    const number = shop.nextNumber();
    const person = newPerson(rng, number, body.country);
    const spec = {
      customer: person,
      address: { ...person.address },
      lines:
        body.lines?.map((l) => ({ ...l })) ??
        this.#listedBasket(body) ??
        this.#basket(1 + (rng.chance(0.25) ? 1 : 0)),
      risk: 'LOW',
      financial: 'PAID',
    };
    spec.oddity =
      body.oddity ??
      (Object.keys(body).length === 0 && rng.chance(settings.oddity) ? rng.pick(ODDITIES) : null);
    this.#makeOdd(spec);
    return applyBody(spec, body);
  }

  #makeOdd(spec) {
    if (spec.oddity === 'duplicate') {
      if (this.last) {
        spec.customer = this.last.person;
        spec.address = { ...this.last.address };
        spec.lines = this.last.lines.map((l) => ({ ...l }));
      }
    } else if (spec.oddity === 'many_lines') {
      spec.lines = this.#basket(this.world.rng.int(3, 6));
    } else if (spec.oddity === 'two_parcels') {
      spec.lines = this.#basket(2);
      spec.split = true;
    } else if (spec.oddity) {
      if (!ODD[spec.oddity]) {
        throw new Error(`unknown oddity "${spec.oddity}"`);
      }
      ODD[spec.oddity](spec);
    }
  }

  /** Once something is on sale that was listed through the API, a share of the orders is for it; else null. */
  #listedBasket(body) {
    const { rng, settings, shop } = this.world;
    const offers = Object.keys(body).length === 0 ? shop.products.forSale() : [];
    if (offers.length === 0 || !rng.chance(settings.listedShare)) {
      return null;
    }
    const { variant } = rng.pick(offers);
    const two = shop.products.available(variant) >= 2 && rng.chance(0.2);
    return [{ sku: variant.sku, quantity: two ? 2 : 1, listed: true }];
  }

  #basket(lines) {
    const { rng, catalog } = this.world;
    const sold = catalog.variants.filter((v) => v.shopVariantId);
    const chosen = new Set();
    while (chosen.size < lines) {
      chosen.add(rng.pick(sold));
    }
    return [...chosen].map((v) => ({ sku: v.sku, quantity: rng.chance(0.2) ? 2 : 1 }));
  }

  #later(order, spec) {
    const { agenda, clock, settings } = this.world;
    const at = (seconds) => clock.now() + seconds * 1000;
    if (order.risk.level === 'PENDING' && spec.riskThen) {
      agenda.add({ at: at(settings.riskAfter), kind: 'risk', id: order.id, level: spec.riskThen });
    }
    if (spec.paysAfter) {
      agenda.add({ at: at(spec.paysAfter), kind: 'pay', id: order.id });
    }
    if (spec.cancelAfter) {
      agenda.add({ at: at(spec.cancelAfter), kind: 'cancel', id: order.id });
    }
    if (spec.moveAfter) {
      agenda.add({ at: at(spec.moveAfter), kind: 'move', id: order.id });
    }
    if (this.world.moneyRng.chance(settings.editRate)) {
      agenda.add({ at: at(0), kind: 'fewer', id: order.id });
    }
  }

  /** All of an order is on its way: now and then something comes back, and of some orders twice. */
  received(order) {
    const { agenda, clock, moneyRng, settings } = this.world;
    for (let times = 1; times <= 2 && moneyRng.chance(settings.refundRate); times++) {
      agenda.add({
        at: clock.now() + settings.refundAfter * 1000 * times,
        kind: 'refund',
        id: order.id,
      });
    }
  }
}

/** What the body of POST /control/orders may say on top of an invented order. */
function applyBody(spec, body) {
  Object.assign(spec.address, body.address);
  if (body.billing) {
    spec.billing = { ...spec.address, ...body.billing };
  }
  if (body.customer) {
    spec.customer = { ...spec.customer, ...body.customer };
  }
  for (const key of [
    'risk',
    'riskThen',
    'financial',
    'paysAfter',
    'tags',
    'test',
    'note',
    'total',
    'age',
    'split',
    'cancelAfter',
    'ip',
  ]) {
    if (body[key] !== undefined) {
      spec[key] = body[key];
    }
  }
  return spec;
}
