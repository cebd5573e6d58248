// The whole way of money: customers with discounts, taxes, duties, gift cards, edits, cancellations and refunds; what is booked
// of each order, and what the figures make of it, is held against the sandbox's own books, to the unit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';

const ORDERS = 150;
const COUNTRIES = ['US', 'CA', 'GB', 'DE', 'FR', 'AU'];
const rates = {
  'discount-rate': 0.4,
  'tax-rate': 0.0825,
  'duty-rate': 0.2,
  'gift-card-rate': 0.1,
  'fee-rate': 0.6,
  'refund-rate': 0.4,
  'refund-after': 3,
  'edit-rate': 0.1,
};

let system;
before(async () => {
  system = await System.start('analytics', {
    workers: 1,
    webhooks: true,
    settings: { 'orders.money_s': '2', 'analytics.sessions_s': '10', 'orders.reconcile_s': '600' },
    sandboxArgs: ['--oddity', '0', '--bucket-size', '40000', '--bucket-restore', '4000', '--split-rate', '0.1',
      ...Object.entries(rates).flatMap(([flag, value]) => [`--${flag}`, String(value)])],
  });
  for (const country of COUNTRIES) {
    await system.cli('duty', 'set', country, 'CN', '2025-01-01', '--percent', '10', '--source', 'the test');
  }
}, { timeout: 180000 });
after(() => system?.stop());

const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);
/** a * n / d, half up, of amounts that are not negative. */
const share = (a, n, d) => Math.floor((2 * a * n + d) / (2 * d));

/** What the books must hold of an order, from the sandbox's. */
function expected(o) {
  const sold = o.lines.filter((l) => !l.giftCard);
  const charged = sum(o.lines, (l) => l.gross - l.discount) + o.shipping + o.tax + o.duties;
  const gifts = new Set(o.lines.filter((l) => l.giftCard).map((l) => l.line));
  const goodsBack = (r) => sum(r.lines.filter((l) => !gifts.has(l.line)), (l) => l.net);
  const handed = o.supplier.orders > 0;
  const dead = o.cancelled && !handed;
  return {
    order: o.order,
    day: o.day,
    gross: dead ? 0 : sum(sold, (l) => l.gross),
    discounts: dead ? 0 : sum(sold, (l) => l.discount),
    shipping: dead ? 0 : o.shipping,
    taxes: dead ? 0 : o.tax,
    duties: dead ? 0 : o.duties,
    fee: o.fee ?? share(charged, 29000, 1000000) + 30,
    cost: o.supplier.cents,
    refunds: dead ? [] : o.refunds.map((r) => ({
      day: r.day,
      net: goodsBack(r) + r.adjustment + r.shipping,
      all: goodsBack(r) + r.adjustment + r.shipping + r.tax + r.duties
        + sum(r.lines.filter((l) => !gifts.has(l.line)), (l) => l.tax),
    })).sort((a, b) => a.net - b.net),
  };
}

const booked = () => system.rows(`
  select o.name as "order", o.shop_date::text as day, o.state, o.money_problem,
         case when dead then 0 else coalesce(g.gross, 0) end as gross, case when dead then 0 else coalesce(g.discounts, 0) end as discounts,
         case when dead then 0 else o.shipping_minor end as shipping, case when dead then 0 else o.tax_minor end as taxes,
         case when dead then 0 else o.duties_minor end as duties, o.fee_minor as fee,
         case when supplied then coalesce(g.cost, 0) + coalesce(o.supply_shipping_minor, 0) else 0 end as cost,
         case when dead then '[]' else coalesce(r.refunds, '[]') end as refunds
  from (select *, shop_cancelled_at is not null and placed_at is null as dead,
               exists (select 1 from supplier_order s where s.order_id = shop_order.id and s.paid_at is not null
                                                        and s.state not in ('cancelled', 'failed')) as supplied
        from shop_order where not test) o
  left join lateral (select sum(gross_minor)::bigint as gross, sum(discount_minor)::bigint as discounts, sum(cost_minor)::bigint as cost
                     from order_line where order_id = o.id and not gift_card) g on true
  left join lateral (
    select json_agg(json_build_object('day', r.shop_date, 'net', b.net + r.adjustment_minor + r.shipping_minor,
                                      'all', b.net + b.tax + r.adjustment_minor + r.shipping_minor + r.tax_minor + r.duties_minor)
                    order by b.net + r.adjustment_minor + r.shipping_minor) as refunds
    from order_refund r cross join lateral (
      select coalesce(sum(net_minor), 0)::bigint as net, coalesce(sum(l.tax_minor), 0)::bigint as tax from order_refund_line l
      where l.refund_id = r.id and not exists (select 1 from order_line x where x.order_id = o.id and x.line_gid = l.line_gid and x.gift_card)) b
    where r.order_id = o.id) r on true
  order by o.id`);

const strip = ({ state: _, money_problem: __, ...row }) => row;

/** Differences, order by order; empty when the books are right. */
async function differences() {
  const { orders } = await system.control('GET', '/control/judge/money');
  const rows = new Map(booked().map((row) => [row.order, row]));
  return orders.flatMap((o) => {
    const row = rows.get(o.order);
    const want = expected(o);
    if (!row) return [`${o.order} is not known`];
    const has = strip(row);
    try {
      assert.deepEqual(has, want);
      return [];
    } catch {
      return [`${o.order} (${row.state}, ${row.money_problem}): has ${JSON.stringify(has)}, wants ${JSON.stringify(want)}`];
    }
  });
}

test('what is booked of each order is what the shop and the supplier took and gave', { timeout: 300000 }, async () => {
  await system.control('POST', '/control/burst', { count: ORDERS, perSecond: 6 });
  await until('all orders came', async () => (await system.control('GET', '/control/health')).orders >= ORDERS, 60000, 500);
  const orders = (await system.control('GET', '/control/judge/money')).orders;
  // A few people change their minds at once.
  for (const o of orders.slice(-3)) {
    await system.control('POST', `/control/orders/${encodeURIComponent(o.order)}/cancel`, {});
  }
  await until('all orders are done', () => {
    const [left] = system.rows(`select count(*)::int as n, min(state) as state, min(hold_code) as hold from shop_order
                                where state not in ('delivered', 'cancelled', 'held')`);
    if (left.n > 0 || system.rows('select count(*)::int as n from shop_order')[0].n < ORDERS) throw new Error(JSON.stringify(left));
    return true;
  }, 200000, 1000);
  await until('the books are right', async () => {
    const wrong = await differences();
    if (wrong.length > 0) throw new Error(`${wrong.length} of ${ORDERS}: ${wrong.slice(0, 3).join('\n')}`);
    return true;
  }, 60000, 1000);
  const judged = (await system.control('GET', '/control/judge/money')).orders;
  assert.ok(judged.filter((o) => o.refunds.length > 0).length > 20, 'there were refunds');
  assert.ok(judged.filter((o) => o.supplier.orders > 0).length > ORDERS * 0.7, 'orders were placed');
  assert.equal(system.rows("select count(*)::int as n from order_event where code = 'EDITED'")[0].n, 0, 'a refund is no problem');
});

test('the sums per day and the summary add up to the same, rebuilt or not', { timeout: 120000 }, async () => {
  const { orders } = await system.control('GET', '/control/judge/money');
  const wanted = orders.map(expected);
  const days = [...new Set(wanted.flatMap((o) => [o.day, ...o.refunds.map((r) => r.day)]))].sort();
  const onDay = (day) => {
    const own = wanted.filter((o) => o.day === day);
    const back = wanted.flatMap((o) => o.refunds.filter((r) => r.day === day));
    return {
      day,
      total_sales: sum(own, (o) => o.gross - o.discounts + o.shipping + o.taxes + o.duties) - sum(back, (r) => r.all),
      revenue: sum(own, (o) => o.gross - o.discounts + o.shipping) - sum(back, (r) => r.net),
    };
  };
  const sums = () => system.rows(`select shop_date::text as day, sum(total_sales)::bigint as total_sales,
    sum(gross - discounts - returned + shipping)::bigint as revenue from daily_sales group by 1 order by 1`);
  assert.deepEqual(sums(), days.map(onDay));

  const query = `from=${days[0]}&to=${days.at(-1)}`;
  const { status, body } = await system.api('GET', `/api/v1/analytics/summary?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.figures.total_sales.value, sum(days, (d) => onDay(d).total_sales));
  const before = sums();
  await system.cli('analytics', 'rebuild');
  assert.deepEqual(sums(), before);
});

test('profit is what is left when everything is paid', { timeout: 60000 }, async () => {
  const { orders } = await system.control('GET', '/control/judge/money');
  const ledger = await system.control('GET', '/control/ledger');
  const goodsOf = new Map(system.rows(`select o.name, s.goods_minor from shop_order o join supplier_order s on s.order_id = o.id
    where s.state not in ('cancelled', 'failed')`).map((r) => [r.name, r.goods_minor]));
  assert.ok(ledger.length > 0);
  const rows = new Map(system.rows(`select o.name, sum(d.contribution)::bigint as contribution, max(d.incomplete) as incomplete
    from order_day d join shop_order o on o.id = d.order_id group by 1`).map((r) => [r.name, r]));
  let compared = 0;
  for (const o of orders) {
    const row = rows.get(o.order);
    const want = expected(o);
    if (row.incomplete || want.cost === 0) continue; // held: what it will cost is not known
    const duty = share(goodsOf.get(o.order), 100000, 1000000);
    const revenue = want.gross - want.discounts + want.shipping - sum(want.refunds, (r) => r.net);
    assert.equal(row.contribution, revenue - want.cost - want.fee - duty, `${o.order} ${JSON.stringify(want)}`);
    compared += 1;
  }
  assert.ok(compared > ORDERS * 0.7, `${compared} orders were compared`);
});

test('visits are counted by day; without the scope the reason is told once and nothing is guessed', { timeout: 90000 }, async () => {
  const { sessions } = await until('visits are read', async () => {
    const judged = await system.control('GET', '/control/judge/money');
    const rows = system.rows('select shop_date::text as day, sessions, with_order from store_sessions order by 1');
    const today = Object.entries(judged.sessions).at(-1);
    const row = rows.find((r) => r.day === today[0]);
    if (rows.length < 9 || row?.with_order !== today[1].sessions_that_completed_checkout) throw new Error(JSON.stringify([row, today]));
    return judged;
  }, 40000, 500);
  assert.ok(Object.keys(sessions).length > 0);
  await system.control('POST', '/control/shop', { withoutScopes: ['read_reports'] });
  const [finding] = await until('the missing scope is told', () => {
    const rows = system.rows("select text, mend, at from setup_finding where name = 'sessions'");
    return rows.length === 1 && rows;
  }, 40000, 500);
  assert.match(finding.mend, /read_reports/);
  const before = system.rows('select max(read_at) as at from store_sessions')[0].at;
  await until('it was asked again', () => {
    const [run] = system.rows("select count(*)::int as n, count(*) filter (where outcome <> 'done')::int as bad from job_run where type = 'analytics.sessions'");
    assert.equal(run.bad, 0, 'no attempt is repeated or dead');
    return run.n >= 4;
  }, 60000, 500);
  assert.equal(system.rows('select max(read_at) as at from store_sessions')[0].at, before);
  assert.equal((system.log('worker0').match(/sessions\.not_told/g) ?? []).length, 1);
});
