// The whole way of money: customers with discounts, taxes, duties, gift cards, edits, cancellations and refunds; what is booked
// of each order, and what the figures make of it, is held against the sandbox's own books, to the unit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { System } from '../support/system.mjs';
import { until } from '../support/servers.mjs';
import { differences, expected, share, sum, unbalanced } from './books.mjs';

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
    const wrong = await differences(system);
    if (wrong.length > 0) throw new Error(`${wrong.length} of ${ORDERS}: ${wrong.slice(0, 3).join('\n')}`);
    return true;
  }, 60000, 1000);
  const judged = (await system.control('GET', '/control/judge/money')).orders;
  assert.ok(judged.filter((o) => o.refunds.length > 0).length > 20, 'there were refunds');
  assert.ok(judged.filter((o) => o.supplier.orders > 0).length > ORDERS * 0.7, 'orders were placed');
  assert.equal(system.rows("select count(*)::int as n from order_event where code = 'EDITED'")[0].n, 0, 'a refund is no problem');
});

// What the sandbox's own books say of each shop day.
async function daysJudged() {
  const { orders } = await system.control('GET', '/control/judge/money');
  const wanted = orders.map((o) => expected(o));
  const days = [...new Set(wanted.flatMap((o) => [o.day, ...o.refunds.map((r) => r.day)]))].sort();
  return days.map((day) => {
    const own = wanted.filter((o) => o.day === day);
    const back = wanted.flatMap((o) => o.refunds.filter((r) => r.day === day));
    return {
      day,
      total_sales: sum(own, (o) => o.gross - o.discounts + o.shipping + o.taxes + o.duties) - sum(back, (r) => r.all),
      revenue: sum(own, (o) => o.gross - o.discounts + o.shipping) - sum(back, (r) => r.net),
    };
  });
}

test('the sums per day and the summary add up to the same, rebuilt or not', { timeout: 120000 }, async () => {
  const sums = () => system.rows(`select shop_date::text as day, sum(total_sales)::bigint as total_sales,
    sum(gross - discounts - returned + shipping)::bigint as revenue from daily_sales group by 1 order by 1`);
  // A customer may still give something back: what is compared is read until nobody did meanwhile.
  const agree = () => until('the sums and the summary are right', async () => {
    const days = await daysJudged();
    assert.deepEqual(sums(), days);
    const { status, body } = await system.api('GET', `/api/v1/analytics/summary?from=${days[0].day}&to=${days.at(-1).day}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.figures.total_sales.value, sum(days, (d) => d.total_sales));
    return true;
  }, 30000, 1000);
  await agree();
  assert.deepEqual(unbalanced(system), []);
  await system.cli('analytics', 'rebuild');
  await agree();
});

// How many orders were compared.
async function compareProfit() {
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
  return compared;
}

test('profit is what is left when everything is paid', { timeout: 60000 }, async () => {
  const compared = await until('each profit is right', compareProfit, 30000, 1000);
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

test('a shop without cents whose prices include the tax books yen, costs in dollars converted', { timeout: 200000 }, async () => {
  const japan = await System.start('analytics-yen', {
    workers: 1,
    webhooks: true,
    settings: {
      'orders.money_s': '2', 'money.usd_rate_e9': '150370000000', 'money.payment_fee_fixed_minor': '45', 'orders.value_hard_minor': '9000000',
      'orders.value_soft_minor': '9000000', 'money.return_cost_minor': '300', 'money.margin_min_minor': '500',
      'discovery.price_min_minor': '900', 'discovery.price_max_minor': '20000',
    },
    sandboxArgs: ['--oddity', '0', '--bucket-size', '40000', '--bucket-restore', '4000', '--currency', 'JPY', '--taxes-included', 'true',
      '--discount-rate', '0.5', '--tax-rate', '0.1', '--refund-rate', '0.6', '--refund-after', '2', '--fee-rate', '0.5'],
  });
  try {
    await japan.control('POST', '/control/burst', { count: 25, perSecond: 10 });
    const rate = { ppm: 29000, fixed: 45 };
    const cents = (n) => share(n, 150370000000, 10 ** 11);
    await until('the yen are right', async () => {
      const [{ n }] = japan.rows("select count(*)::int as n from shop_order where state = 'delivered'");
      const wrong = n < 20 ? [`${n} delivered`] : await differences(japan, { rate, cents });
      if (wrong.length > 0) throw new Error(wrong.slice(0, 3).join('\n') + JSON.stringify(japan.rows('select state, hold_code, count(*) from shop_order group by 1, 2')));
      return true;
    }, 150000, 1000);
    assert.deepEqual(unbalanced(japan), []);
    assert.equal(japan.rows("select count(*)::int as n from shop_order where currency <> 'JPY'")[0].n, 0);
  } finally {
    await japan.stop();
  }
});
