// What the books hold of each order against what the sandbox's own books say of it: for any test that lets orders run.
import assert from 'node:assert/strict';

export const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);
/** a * n / d, half up, of amounts that are not negative. */
export const share = (a, n, d) => Math.floor((2 * a * n + d) / (2 * d));

/** What the books must hold of an order, from the sandbox's. */
export function expected(o, rate = { ppm: 29000, fixed: 30 }) {
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
    fee: o.fee ?? share(charged, rate.ppm, 1000000) + rate.fixed,
    cost: o.supplier.cents,
    refunds: dead ? [] : o.refunds.map((r) => ({
      day: r.day,
      net: goodsBack(r) + r.adjustment + r.shipping,
      all: goodsBack(r) + r.adjustment + r.shipping + r.tax + r.duties
        + sum(r.lines.filter((l) => !gifts.has(l.line)), (l) => l.tax),
    })).sort((a, b) => a.net - b.net),
  };
}

const booked = (system) => system.rows(`
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

/** Differences, order by order; empty when the books are right.  options: rate {ppm, fixed} of fees nobody told, cents: USD cents to the order's currency */
export async function differences(system, { rate, cents = (n) => n } = {}) {
  const { orders } = await system.control('GET', '/control/judge/money');
  const rows = new Map(booked(system).map((row) => [row.order, row]));
  return orders.flatMap((o) => {
    const row = rows.get(o.order);
    const want = expected(o, rate);
    want.cost = cents(want.cost);
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


/** Days whose sums are not those of their orders; empty when they are. */
export const unbalanced = (system) => system.rows(`
  select shop_date, currency, a, b
  from (select shop_date, currency, row(sum(contribution), sum(total_sales), sum(orders), sum(fees), sum(goods))::text as a from order_day group by 1, 2) x
  full join (select shop_date, currency, row(sum(contribution), sum(total_sales), sum(orders), sum(fees), sum(goods))::text as b
             from daily_sales group by 1, 2) y using (shop_date, currency)
  where a is distinct from b`);
