// ShopifyQL, as far as the store's visits need it. Its own budget, refilled whole each minute; days are the shop's.

import { hash } from '../rng.mjs';
import { RequestError } from './errors.mjs';
import { SHOP_ZONE } from './setup.mjs';

const BUDGET = 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const STATEMENT =
  /^\s*FROM\s+sessions\s+SHOW\s+([a-z_,\s]+?)\s+TIMESERIES\s+day\s+SINCE\s+-(\d{1,3})d\s+UNTIL\s+today\s*$/i;
const civil = new Intl.DateTimeFormat('en', { timeZone: SHOP_ZONE, year: 'numeric', month: '2-digit', day: '2-digit' });

/** The civil day of an instant in the shop's zone, "2026-11-20": put together here, a locale's own order differs between versions of Node. */
export function shopDay(ms) {
  const parts = Object.fromEntries(civil.formatToParts(ms).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** Visits and visits with an order of each day, from the orders themselves: nobody orders without a visit. */
function visits(shop) {
  const orders = new Map();
  for (const order of shop.orders.byId.values()) {
    if (!order.test) {
      const day = shopDay(order.createdAt);
      orders.set(day, (orders.get(day) ?? 0) + 1);
    }
  }
  return (day) => {
    const withOrder = orders.get(day) ?? 0;
    const idle = 20 + (hash(`visits ${day}`) % 60);
    return {
      sessions: withOrder * Math.max(1, shop.world.settings.sessionsPerOrder) + idle,
      sessions_that_completed_checkout: withOrder,
    };
  };
}

export const visitsOfDay = (shop, day) => visits(shop)(day);

function spend(shop, cost) {
  const now = shop.world.clock.now();
  const window = Math.floor(now / MINUTE_MS);
  if (shop.shopifyql?.window !== window) {
    shop.shopifyql = { window, left: BUDGET };
  }
  const told = () => ({
    requestedQueryCost: cost,
    maximumAvailable: BUDGET,
    currentlyAvailable: shop.shopifyql.left,
    windowResetAt: new Date((window + 1) * MINUTE_MS).toISOString(),
  });
  if (cost > shop.shopifyql.left) {
    throw new RequestError('Throttled', 'THROTTLED', { cost: told() });
  }
  shop.shopifyql.left -= cost;
  return told();
}

function rowsOf(shop, columns, days) {
  const of = visits(shop);
  const rows = [];
  for (let back = days; back >= 0; back--) {
    const day = shopDay(shop.world.clock.now() - back * DAY_MS);
    if (rows.at(-1)?.day !== day) {
      const row = of(day);
      rows.push({ day, ...Object.fromEntries(columns.map((c) => [c, String(row[c])])) });
    }
  }
  return rows;
}

const wrong = (text) => ({
  tableData: null,
  parseErrors: [text],
  parseWarnings: [],
});

export function runShopifyql(shop, query, context) {
  const [, shown, days] = STATEMENT.exec(query) ?? [];
  if (!shown) {
    return wrong(`Line 1 Column 1: not a statement the sandbox understands: ${query}`);
  }
  const known = Object.keys(visits(shop)(''));
  const columns = shown.split(',').map((c) => c.trim());
  const strange = columns.find((c) => !known.includes(c));
  if (strange !== undefined) {
    return wrong(`Line 1 Column 20: Column '${strange}' not found`);
  }
  context.shopifyqlCost = spend(shop, 10 + Number(days));
  return {
    tableData: {
      columns: ['day', ...columns].map((name) => ({
        name,
        dataType: name === 'day' ? 'DAY_TIMESTAMP' : 'INTEGER',
        displayName: name,
      })),
      rows: rowsOf(shop, columns, Number(days)),
    },
    parseErrors: [],
    parseWarnings: [],
  };
}
