// The one table of options: flags, environment, --help, and what POST /control/settings may change all come from it.

const OPTIONS = [
  ['host', 'text', '127.0.0.1', 'address to listen on'],
  ['port', 'number', 0, 'port to listen on; 0 takes a free one'],
  ['state', 'text', '', 'file that keeps the state over a restart; empty: memory only'],
  ['seed', 'number', 1, 'seed of products, customers and oddities'],
  ['orders-per-minute', 'number', 0, 'how many orders the customers place', true],
  ['oddity', 'number', 0, 'share of odd orders, 0..1', true],
  [
    'listed-share',
    'number',
    0.3,
    'share of orders for products listed through the API, once one is on sale',
    true,
  ],
  ['discount-rate', 'number', 0, 'share of orders with a discount of 10 to 20 %', true],
  ['tax-rate', 'number', 0, 'sales tax on goods and shipping, 0.0825 = 8.25 %', true],
  ['taxes-included', 'flag', false, 'prices include the tax', true],
  ['duty-rate', 'number', 0, 'share of orders that pay import duties at the checkout', true],
  ['gift-card-rate', 'number', 0, 'share of orders with a gift card in them, and of those paid with one', true],
  ['fee-rate', 'number', 0, 'share of payments that tell their fees (2.9 % + 0.30)', true],
  ['refund-rate', 'number', 0, 'share of fulfilled orders of which something comes back', true],
  ['refund-after', 'number', 20, 'seconds from the last shipment to such a refund', true],
  ['edit-rate', 'number', 0, 'share of orders of which a piece is taken out at once', true],
  ['currency', 'text', 'USD', 'currency of the shop; JPY has no cents'],
  ['sessions-per-order', 'number', 30, 'visits to the store per order', true],
  ['ship-after', 'number', 10, 'seconds from payment to shipping', true],
  ['deliver-after', 'number', 60, 'seconds from shipping to delivery', true],
  [
    'split-rate',
    'number',
    -1,
    'share of CJ orders with two pieces or more sent as two parcels; -1: a quarter of oddity',
    true,
  ],
  ['risk-after', 'number', 15, 'seconds after which a PENDING risk is judged', true],
  ['cj-qps', 'number', 1, 'CJ calls per second and account; 0: no limit', true],
  ['cj-login-seconds', 'number', 300, 'seconds between two CJ logins', true],
  ['cj-points', 'number', 50000, 'CJ points per day; 0: no limit', true],
  ['cj-wallet', 'number', 250000, 'US dollars in the CJ wallet at the first start'],
  ['cj-products', 'number', 5000, 'size of the large CJ catalogue'],
  [
    'image-base',
    'text',
    'https://cf.cjdropshipping.com',
    'where CJ says its pictures are; the sandbox itself serves them at /cj-images',
  ],
  ['cj-logistics-miss', 'number', 0, 'share of CJ orders created with logisticsMiss', true],
  ['cj-intercept', 'number', 0, 'share of CJ orders created with interceptOrderReasons', true],
  ['bucket-size', 'number', 2000, 'Shopify: points in the bucket', true],
  ['bucket-restore', 'number', 100, 'Shopify: points restored per second', true],
  ['search-lag', 'number', 0, 'Shopify: seconds until a change shows in searches', true],
  ['media-after', 'number', 1, 'Shopify: seconds until an image is ready, or has failed', true],
  ['media-fail', 'number', 0, 'Shopify: share of images that cannot be processed', true],
  ['level2', 'flag', true, 'Shopify: level 2 customer data is given', true],
  ['order-access', 'flag', true, 'Shopify: the app may read orders at all', true],
  [
    'scopes',
    'list',
    [
      'write_products',
      'write_inventory',
      'read_locations',
      'write_publications',
      'write_orders',
      'write_merchant_managed_fulfillment_orders',
      'write_third_party_fulfillment_orders',
      'write_fulfillments',
      'read_reports',
      'read_customers',
      'read_legal_policies',
    ],
    'Shopify: scopes of the installed app',
    true,
  ],
  ['shop', 'text', 'sandbox.myshopify.com', 'Shopify: domain of the shop'],
].map(([flag, type, value, help, live = false]) => ({
  flag,
  type,
  value,
  help,
  live,
  name: flag.replace(/-([a-z0-9])/g, (_, c) => c.toUpperCase()),
  env: 'SANDBOX_' + flag.replace(/-/g, '_').toUpperCase(),
}));

export function defaults() {
  return Object.fromEntries(OPTIONS.map((o) => [o.name, structuredClone(o.value)]));
}

function convert(option, given) {
  if (option.type === 'number') {
    const n = typeof given === 'number' ? given : Number(String(given).trim() || NaN);
    if (!Number.isFinite(n)) {
      throw new Error(`${option.flag}: "${given}" is not a number`);
    }
    return n;
  }
  if (option.type === 'flag') {
    if (![true, false, 'true', 'false', '1', '0'].includes(given)) {
      throw new Error(`${option.flag}: "${given}" is neither true nor false`);
    }
    return [true, 'true', '1'].includes(given);
  }
  if (option.type === 'list') {
    return Array.isArray(given)
      ? given.map(String)
      : String(given)
          .split(',')
          .map((s) => s.trim())
          .filter(Boolean);
  }
  return String(given);
}

/** Reads flags (--name value or --name=value) over the environment over the defaults. */
export function parseOptions(argv, env) {
  const settings = defaults();
  const given = new Set();
  for (const option of OPTIONS) {
    if (env[option.env] !== undefined && env[option.env] !== '') {
      settings[option.name] = convert(option, env[option.env]);
      given.add(option.name);
    }
  }
  for (let i = 0; i < argv.length; i++) {
    const [, flag, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(argv[i]) ?? [];
    const option = OPTIONS.find((o) => o.flag === flag);
    if (!option) {
      throw new Error(`unknown option ${argv[i]} (see --help)`);
    }
    const value = inline ?? argv[++i];
    if (value === undefined) {
      throw new Error(`--${flag} needs a value`);
    }
    settings[option.name] = convert(option, value);
    given.add(option.name);
  }
  return { settings, given };
}

/** Changes live settings from JSON; keys may be written as flags or as names. All or nothing. */
export function changeSettings(settings, changes) {
  const next = {};
  for (const [key, value] of Object.entries(changes)) {
    const option = OPTIONS.find((o) => o.flag === key.replace(/_/g, '-') || o.name === key);
    if (!option?.live) {
      throw new Error(`"${key}" is not a setting that can be changed while running`);
    }
    next[option.name] = convert(option, value);
  }
  return Object.assign(settings, next);
}

export function helpText() {
  const rows = OPTIONS.map((o) => {
    const value = Array.isArray(o.value) ? o.value.join(',') : String(o.value);
    return `  --${o.flag.padEnd(20)} ${o.help} (${o.env}${value ? `; default ${value}` : ''})`;
  });
  return [
    'Usage: node tests/sandbox/main.mjs [options]',
    'Stands in for the outside services. Prints {"ready":true,"port":N} when it listens.',
    '',
    ...rows,
    '',
  ].join('\n');
}
