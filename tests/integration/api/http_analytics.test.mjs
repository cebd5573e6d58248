// Analytics over REST against the same figures computed by hand from the raw facts, after a storm of orders, edits, refunds, credits
// and ad reports by several sessions, some of them killed on the way.  BOOKS_ORDERS=100000 for the long run, BOOKS_SEED for another.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { books, dayIn, ratio, shares } from './books_by_hand.mjs';
import { Api } from './http_support.mjs';
import { totalsAgree } from './totals_by_hand.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const orders = Number(process.env.BOOKS_ORDERS ?? 1000);
const seed = process.env.BOOKS_SEED ?? '1';
const zone = 'America/New_York';
const parts = 4;
const v1 = '/api/v1/analytics';

let api;
before(async () => {
  api = await Api.start('analytics', 2);
  api.sql(`insert into shop_info (name, currency, timezone) values ('Shop', 'USD', '${zone}');
    insert into setting (name, value, updated_by) values ('money.usd_rate_e9', '150000000000', 'test');
    insert into product (pid, name, state) select 'storm-' || n, 'Thing ' || n, 'listed' from generate_series(0, 1) as n;
    insert into sold_item (key, product_id, title) select 's:SKU-' || n, p.id, p.name from product p, generate_series(1, 3) as n
    where p.id = 1 + n % 2`);
});
after(async () => { await api?.stop(); });

function storm(part, count) {
  const child = spawn('psql', ['-Xq', '-d', api.databaseUrl, '-v', `orders=${count}`, '-v', `seed=${seed}`, '-v', `part=${part}`, '-f', path.join(here, 'books_storm.sql')],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PGAPPNAME: `storm-${part}` } });
  let said = '';
  child.stderr.on('data', (text) => { said += text; });
  return new Promise((resolve) => { child.on('exit', (code) => resolve({ code, said })); });
}

// Like api.cli, with the exit code.
function rebuild(...more) {
  const { status, stdout, stderr } = spawnSync(path.join(process.env.DROPSHIP_BIN, 'dropship'), ['analytics', 'rebuild', ...more, '--json'], { env: api.env, encoding: 'utf8' });
  assert.ok(status === 0 || status === 1, stderr);
  return { status, ...JSON.parse(stdout) };
}

function facts() {
  const text = execFileSync('psql', ['-XqAt', '-d', api.databaseUrl, '-c', `select json_build_object(
    'orders', (select json_agg(json_build_object('id', o.id, 'created_at', created_at, 'state', state, 'financial', financial, 'test', test, 'currency', currency,
      'total_minor', total_minor::text, 'shop_cancelled_at', shop_cancelled_at, 'placed_at', placed_at, 'fulfilled_at', fulfilled_at, 'money_at', money_at,
      'shipping_minor', shipping_minor, 'tax_minor', tax_minor, 'duties_minor', duties_minor, 'fee_minor', fee_minor, 'fee_source', fee_source,
      'supply_shipping_minor', supply_shipping_minor, 'supply_duty_minor', supply_duty_minor,
      'origin', (select ad_set from order_attribution a where a.order_id = o.id),
      'lines', (select coalesce(json_agg(l), '[]') from order_line l where l.order_id = o.id),
      'refunds', (select coalesce(json_agg(json_build_object('at', at, 'shipping_minor', shipping_minor, 'tax_minor', tax_minor, 'duties_minor', duties_minor,
        'adjustment_minor', adjustment_minor, 'lines', (select coalesce(json_agg(b), '[]') from order_refund_line b where b.refund_id = r.id))), '[]')
        from order_refund r where r.order_id = o.id),
      'credits', (select coalesce(json_agg(c), '[]') from supplier_credit c where c.order_id = o.id)) order by o.id) from shop_order o),
    'metrics', (select coalesce(json_agg(m), '[]') from ad_metric m),
    'items', (select json_object_agg(id, product_id) from sold_item))`], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  return { zone, ...JSON.parse(text) };
}

const days = (from, to) => {
  const list = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86400000) list.push(new Date(at).toISOString().slice(0, 10));
  return list;
};
const today = () => dayIn(zone)(Date.now());
const before_ = (date, n) => new Date(Date.parse(date) - n * 86400000).toISOString().slice(0, 10);

let known;
test(`${orders} orders in random sequence by ${parts} sessions, some killed, leave sums that agree with their facts`, { timeout: 7200000 }, async () => {
  const running = Array.from({ length: parts }, (_, part) => storm(part, Math.ceil(orders / parts)));
  const victim = storm('killed', orders);
  for (let i = 0; api.sql("select count(*) from pg_stat_activity where application_name = 'storm-killed' and xact_start is not null") === '0' && i < 200;) i += 1;
  api.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'storm-killed'");
  assert.notEqual((await victim).code, 0, 'it was cut in the middle');
  while (!(await Promise.race([Promise.all(running).then(() => true), new Promise((resolve) => { setTimeout(() => resolve(false), 2000); })]))) {
    const found = rebuild('--check');
    assert.equal(found.status, 0, `while the others go on: ${JSON.stringify(found)}`);
  }
  for (const { code, said } of await Promise.all(running)) assert.equal(code, 0, said);
  const found = rebuild('--check');
  assert.ok(found.orders >= orders);
  assert.deepEqual([found.orders_differ, found.days_differ, found.products_differ, found.ads_differ, found.status], [0, 0, 0, 0, 0]);
  totalsAgree(api);
  known = facts();
});

test('every day of every currency is what a person would compute from the facts', async () => {
  const expected = books(known);
  const to = today();
  const from = before_(to, 45);
  for (const currency of ['USD', 'JPY', 'KWD']) {
    const { days: told } = await api.ok('GET', `${v1}/by-date?from=${from}&to=${to}&currency=${currency}`);
    assert.deepEqual(told.map((d) => d.date), days(from, to));
    for (const d of told) {
      const e = expected.get(`${d.date} ${currency}`) ?? { orders: 0n, gross: 0n, net: 0n, total: 0n, refunds: 0n, contribution: 0n, spend: 0n, incomplete: 0n };
      const got = [d.orders, d.gross_sales, d.net_revenue, d.total_sales, d.refunds, d.incomplete].map(BigInt);
      assert.deepEqual(got, [e.orders, e.gross, e.net, e.total, e.refunds, e.incomplete], `${d.date} ${currency}`);
      if (d.profit !== null) assert.equal(BigInt(d.profit), e.contribution - e.spend, `profit of ${d.date} ${currency}`);
    }
  }
});

test('the orders without all costs are as many in their list and their file as the figures say, of any range and currency', async () => {
  const to = today();
  const instant = (day) => api.sql(`select to_char('${day}'::timestamp at time zone '${zone}' at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);
  const all = async (query) => {
    const ids = [];
    for (let cursor = ''; cursor !== null;) {
      const page = await api.ok('GET', `/api/v1/orders?limit=200&${query}${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.orders.map((o) => o.id));
      cursor = page.next;
    }
    return ids;
  };
  let found = 0;
  for (const [currency, from] of [['USD', before_(to, 29)], ['JPY', before_(to, 29)], ['USD', before_(to, 3)], ['USD', to]]) {
    const { figures } = await api.ok('GET', `${v1}/summary?from=${from}&to=${to}&currency=${currency}`);
    const range = `currency=${currency}&from=${instant(from)}&to=${instant(before_(to, -1))}`;
    for (const [cost, figure] of [['unknown', 'total_profit'], ['unread', 'total_sales']]) {
      const ids = await all(`cost=${cost}&${range}`);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.length, figures[figure].incomplete, `${cost} ${currency} from ${from}`);
      assert.deepEqual((await api.ok('GET', `/api/v1/export/orders?format=json&cost=${cost}&${range}`)).map((o) => o.id), ids);
      assert.deepEqual((await all(`cost=${cost}&sort=created&${range}`)).reverse(), ids);
      found += ids.length;
    }
  }
  assert.ok(found > 0, 'the storm leaves some');
  const held = await all('cost=unknown&state=held');
  assert.deepEqual(held.sort((a, b) => a - b), api.rows("select o.id from shop_order o join order_day d on d.order_id = o.id and d.incomplete > 0 where o.state = 'held' order by 1").map((r) => r.id));
});

test('the figures of a period are what a person would compute from the facts', async () => {
  const expected = books(known);
  const to = today();
  const from = before_(to, 29);
  const own = days(from, to).map((d) => expected.get(`${d} USD`)).filter(Boolean);
  const all = (of) => own.reduce((sum, day) => sum + day[of], 0n);
  const { figures, range, currencies } = await api.ok('GET', `${v1}/summary?from=${from}&to=${to}&compare=true`);
  assert.deepEqual([range.days, range.zone], [30, zone]);
  assert.deepEqual(currencies, ['JPY', 'KWD', 'USD'].filter((c) => [...expected.keys()].some((k) => k.endsWith(c) && k.slice(0, 10) >= from)));
  const value = (name) => (figures[name].value === null ? null : BigInt(figures[name].value));
  assert.equal(value('total_orders'), all('orders'));
  assert.equal(value('total_sales'), all('total'));
  assert.equal(value('net_revenue'), all('net'));
  assert.equal(value('ad_spend'), all('spend'));
  assert.equal(value('total_profit'), all('contribution') - all('spend'));
  assert.equal(value('aov'), ratio(all('gross') - all('discounts'), all('orders') - all('unknown'), 1n));
  assert.equal(value('roi_ads'), ratio(all('contribution') - all('spend'), all('spend'), 1000000n));
  assert.equal(value('mer'), ratio(all('net'), all('spend'), 10000n));
  assert.equal(value('poas'), ratio(all('contribution'), all('spend'), 10000n));
  assert.equal(BigInt(figures.total_profit.incomplete), all('incomplete'));
  const steps = (await api.ok('GET', `${v1}/waterfall?from=${from}&to=${to}`)).steps;
  assert.equal(steps.slice(0, -1).reduce((sum, s) => sum + s.minor, 0), steps.at(-1).minor);
  assert.equal(BigInt(steps.at(-1).minor), value('total_profit'));
});

test('the terminal shows the same figures', () => {
  const text = api.cli('analytics', 'summary');
  const today = api.sql("select (now() at time zone timezone)::date from shop_info");
  assert.match(text, new RegExp(`^\\d{4}-\\d\\d-\\d\\d to ${today}, shop days of`), 'today is among the days');
  const told = JSON.parse(api.cli('analytics', 'summary', '--json')).figures;
  assert.match(text, new RegExp(`^Total sales +${(told.total_sales.value / 100).toFixed(2)} USD`, 'm'));
  assert.match(text, new RegExp(`^Orders +${told.total_orders.value} `, 'm'));
  assert.match(text, /^Conversion rate/m);
});

test('ad spend is allocated to the unit, and what is left stays on its day', async () => {
  const reported = new Set(known.metrics.map((m) => `${m.shop_date} ${m.currency}`));
  assert.ok(reported.size > 3);
  // Days of more than 500 orders share anew after a fiftieth of them or at the next ad report: as if that came now.
  api.sql("select books_run('{}', array(select shop_date || ' ' || currency from ads_due))");
  assert.equal(rebuild('--check').status, 0);
  for (const key of reported) {
    const [date, currency] = key.split(' ');
    const { born, left } = shares(known, date, currency);
    const kept = api.rows(`select order_id, product_id, minor from order_ads where shop_date = '${date}' and currency = '${currency}' order by 1, 2`);
    const sums = new Map();
    for (const [order, product, share] of born) sums.set(`${order}/${product}`, (sums.get(`${order}/${product}`) ?? 0n) + share);
    assert.deepEqual(new Map(kept.map((k) => [`${k.order_id}/${k.product_id}`, BigInt(k.minor)])),
      new Map([...sums].sort(([a], [b]) => { const [x, y] = [a.split('/'), b.split('/')].map((p) => p.map(Number)); return x[0] - y[0] || x[1] - y[1]; })), key);
    const [day] = (await api.ok('GET', `${v1}/ads?from=${date}&to=${date}&currency=${currency}`)).days;
    assert.equal(BigInt(day.unallocated), left);
    assert.equal(day.allocated + day.unallocated, day.spend);
  }
});

test('products add up to their orders, and the best come first', async () => {
  const { products } = await api.ok('GET', `${v1}/top-products?from=${before_(today(), 45)}&to=${today()}&limit=100`);
  assert.ok(products.length > 3);
  const profits = products.map((p) => p.profit).filter((p) => p !== null);
  assert.deepEqual(profits, [...profits].sort((a, b) => b - a));
  const [row] = api.rows("select sum(contribution) as contribution, sum(gross - discounts - returned + shipping) as net from daily_sales where currency = 'USD' and orders + refunds <> 0");
  const [split] = api.rows("select sum(net_revenue) as net from daily_product where currency = 'USD'");
  const [cards] = api.rows(`select coalesce(sum(gross - discounts - returned + shipping), 0) as net from order_day d where currency = 'USD'
    and not exists (select 1 from order_item_day i where i.order_id = d.order_id)`);
  assert.equal(split.net, row.net - cards.net, 'all but orders without goods, as gift cards, belong to a product');
});

test('a sum that was tampered with is found and put right', () => {
  api.sql("update daily_sales set fees = fees + 1 where ctid = (select min(ctid) from daily_sales)");
  api.sql('update order_item_day set net_revenue = net_revenue - 1 where order_id = (select min(order_id) from order_item_day)');
  api.sql('update order_ads set minor = minor + 1 where order_id = (select min(order_id) from order_ads)');
  api.sql("insert into tally (what, key, n) values ('order', 'held', 1); insert into order_paid values (0)");
  const found = rebuild('--check');
  assert.equal(found.status, 1);
  assert.equal(found.orders_differ, 1);
  assert.equal(found.totals_differ, 2);
  assert.ok(found.days_differ >= 1 && found.products_differ >= 1 && found.ads_differ >= 1);
  assert.equal(rebuild().status, 0);
  assert.equal(rebuild('--check').status, 0);
  totalsAgree(api);
});

test('what a route cannot mean is refused with a sentence', async () => {
  for (const view of ['summary', 'by-date', 'waterfall', 'top-products', 'ads', 'conversion']) {
    await api.refused(400, 'GET', `${v1}/${view}?from=2026-02-30`, {}, /no day/);
    await api.refused(400, 'GET', `${v1}/${view}?from=2026-03-02&to=2026-03-01`, {}, /after/);
    await api.refused(400, 'GET', `${v1}/${view}?currency=usd`, {});
    await api.refused(400, 'GET', `${v1}/${view}?until=2026-03-01`, {});
    await api.refused(401, 'GET', `${v1}/${view}`, { scope: null });
  }
  await api.refused(400, 'GET', `${v1}/top-products?by=luck`, {});
  await api.refused(400, 'GET', `${v1}/summary?compare=maybe`, {});
});

test('conversion is of store sessions where they are known, day by day', async () => {
  const to = before_(today(), 1);
  assert.equal((await api.ok('GET', `${v1}/conversion?from=${before_(to, 20)}&to=${to}`)).of, 'ad_clicks');
  api.sql(`insert into store_sessions (shop_date, sessions, with_order, source) values ('${to}', 120, 3, 'shopifyql')`);
  const answer = await api.ok('GET', `${v1}/conversion?from=${before_(to, 1)}&to=${to}`);
  assert.equal(answer.of, 'store_sessions');
  assert.deepEqual(answer.days.map((d) => [d.trials, d.rate_ppm, d.low_ppm]), [[null, null, null], [120, 25000, 8538]]);
});

test('without the shop\'s zone there are no shop days, and that is said', async () => {
  api.sql('delete from shop_info');
  await api.refused(409, 'GET', `${v1}/summary`, {}, /time zone is not known/);
});
