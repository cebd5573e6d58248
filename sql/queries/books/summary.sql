-- The figures of days $1 to $2 (NULL = the last 30 days, today included) in currency $3 (NULL = the shop's), with the period before when
-- $4 (boolean).  json; no row while the shop's zone is not known.  Definitions: the project's formulas, "Profit per order", "KPIs".
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), period as (
  select 1 as n, from_day, to_day, today, currency from range
  union all select 2, before_from, before_to, today, currency from range where before_from is not null
), sums as (
  select p.n, s.*, a.*, v.*, r.*
  from period p
  cross join lateral (
    select coalesce(sum(orders), 0) as orders, coalesce(sum(unknown), 0) as unknown, coalesce(sum(incomplete), 0) as incomplete,
           coalesce(sum(incomplete_later), 0) as incomplete_later, coalesce(sum(estimated), 0) as estimated,
           coalesce(sum(gross), 0) as gross, coalesce(sum(discounts), 0) as discounts,
           coalesce(sum(gross - discounts - returned + shipping), 0) as net_revenue, coalesce(sum(total_sales), 0) as total_sales,
           coalesce(sum(counted), 0) as counted, coalesce(sum(contribution), 0) as contribution
    from daily_sales d where d.currency = p.currency and d.shop_date between p.from_day and p.to_day) as s
  cross join lateral (
    select case when exists (select 1 from ad_metric) then coalesce(sum(spend), 0) end as spend, coalesce(sum(revenue), 0) as ad_revenue,
           coalesce(sum(clicks), 0) as clicks, coalesce(sum(purchases), 0) as purchases
    from daily_ads d where d.currency = p.currency and d.shop_date between p.from_day and p.to_day) as a
  cross join lateral (
    select count(*) as visited_days, coalesce(sum(sessions), 0) as sessions, coalesce(sum(with_order), 0) as won
    from store_sessions d where d.shop_date between p.from_day and p.to_day) as v
  cross join lateral (
    select coalesce(sum(fulfilled), 0) as fulfilled, coalesce(sum(refunded), 0) as refunded
    from daily_sales d
    where d.currency = p.currency and d.shop_date between p.from_day and p.to_day and d.shop_date < p.today - 30) as r
), judged as (
  select s.*, orders > 0 and unknown = orders as no_sales, incomplete > 0 and incomplete >= orders and counted = 0 as no_profit,
         case when visited_days > 0 then 'store_sessions' when clicks > 0 or purchases > 0 then 'ad_clicks' end as of
  from sums s
), computed as (
  select j.*, case when not no_profit then contribution end as cm, case when not no_profit then contribution - coalesce(spend, 0) end as profit,
         case when of = 'store_sessions' then won when of = 'ad_clicks' then purchases end as successes,
         case when of = 'store_sessions' then sessions when of = 'ad_clicks' then clicks end as trials,
         estimated > 0 or incomplete > 0 or incomplete_later > 0 as guessed
  from judged j
), figure as (
  select c.n, f.*
  from computed c
  cross join lateral (values
    (1, 'total_sales', 'minor', case when not no_sales or total_sales <> 0 then total_sales end, false, unknown,
     'gross sales - discounts - refunds + shipping + taxes + duties, each less what was given back'),
    (2, 'total_profit', 'minor', profit, guessed, incomplete, 'net revenue - goods - supplier''s shipping - duty - payment fees - ad spend'),
    (3, 'total_orders', 'count', orders, false, 0, 'orders but tests, those never paid for and those cancelled before their goods were ordered'),
    (4, 'ad_spend', 'minor', spend, false, 0, 'what the ad platforms charged'),
    (5, 'roi_ads', 'ppm', books_ratio(cm - spend, spend, 1000000), guessed, incomplete, '(contribution before ads - ad spend) / ad spend'),
    (6, 'conversion_rate', 'ppm', books_ratio(successes, trials, 1000000), false, 0,
     case of when 'ad_clicks' then 'attributed purchases / ad clicks' else 'store sessions with an order / store sessions' end),
    (7, 'aov', 'minor', books_ratio(gross - discounts, orders - unknown, 1), false, unknown, '(gross sales - discounts) / orders'),
    (8, 'roi_total', 'ppm', books_ratio(profit, counted - profit, 1000000), guessed, incomplete, 'profit / all costs'),
    (9, 'roas', 'e4', books_ratio(ad_revenue, spend, 10000), false, 0, 'revenue as the ad platforms attribute it / ad spend'),
    (10, 'mer', 'e4', case when not no_sales then books_ratio(net_revenue, spend, 10000) end, false, unknown, 'net revenue / ad spend'),
    (11, 'poas', 'e4', books_ratio(cm, spend, 10000), guessed, incomplete, 'contribution before ads / ad spend'),
    (12, 'gross_sales', 'minor', case when not no_sales then gross end, false, unknown, 'prices x quantities, without tax, before discounts'),
    (13, 'net_revenue', 'minor', case when not no_sales then net_revenue end, false, unknown,
     'gross sales - discounts - refunds + shipping, without taxes'),
    (14, 'margin', 'ppm', books_ratio(profit, counted, 1000000), guessed, incomplete, 'profit / net revenue of the orders whose costs are known'),
    (15, 'refund_rate', 'ppm', books_ratio(refunded, fulfilled, 1000000), false, 0,
     'refunded / fulfilled, of orders older than 30 days'),
    (16, 'orders_on_hold', 'count', case when n = 1 then (select count(*) from (select 1 from shop_order where state = 'held' limit 10001) as h) end, false, 0,
     'orders on hold now; 10001 is more than 10000')
  ) as f (place, name, unit, value, guess, lacking, formula)
), reason as (
  select c.n, w.*
  from computed c
  cross join lateral (values
    ('total_sales', case when unknown > 0 then unknown || ' orders: what was sold for how much has not been read yet' end),
    ('total_profit', case when no_profit then 'no order of these days has all its costs yet'
                          when incomplete > 0 then incomplete || ' orders without all costs are left out'
                          when spend is null then 'no ad platform has reported: without ads' end),
    ('ad_spend', case when spend is null then 'no ad platform has reported yet' end),
    ('roi_ads', case when spend is null then 'no ad platform has reported yet' when spend = 0 then 'nothing was spent on ads'
                     when no_profit then 'no order of these days has all its costs yet' end),
    ('roas', case when spend is null then 'no ad platform has reported yet' when spend = 0 then 'nothing was spent on ads' end),
    ('mer', case when spend is null then 'no ad platform has reported yet' when spend = 0 then 'nothing was spent on ads' end),
    ('poas', case when spend is null then 'no ad platform has reported yet' when spend = 0 then 'nothing was spent on ads' end),
    ('conversion_rate', case when of is null then 'no source of visits is connected: neither store sessions nor ad clicks'
                             when of = 'store_sessions' and sessions = 0 then 'no sessions in these days'
                             when of = 'ad_clicks' then 'of ad clicks: store sessions are not known'
                             when visited_days < (select to_day - from_day + 1 from range) then
                               'sessions are known for ' || visited_days || ' of ' || (select to_day - from_day + 1 from range) || ' days' end),
    ('aov', case when orders = 0 then 'no orders' when unknown > 0 then unknown || ' orders not read yet are left out' end),
    ('roi_total', case when counted = profit then 'no costs' end),
    ('refund_rate', case when fulfilled = 0 then 'no fulfilled order of these days is older than 30 days' end)
  ) as w (name, why)
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone),
  'previous', case when before_from is not null then jsonb_build_object('from', before_from, 'to', before_to) end,
  'currency', range.currency,
  'currencies', (select coalesce(jsonb_agg(c order by c), '[]')
                 from (select currency as c from daily_sales where shop_date between from_day and to_day
                       union select currency from daily_ads where shop_date between from_day and to_day) as u),
  'as_of', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'figures', (
    select jsonb_object_agg(f.name, jsonb_build_object(
      'value', f.value, 'previous', b.value, 'change_ppm', books_ratio(f.value - b.value, abs(b.value), 1000000), 'unit', f.unit,
      'estimated', f.guess, 'incomplete', f.lacking, 'why', r.why, 'formula', f.formula,
      'interval', case when f.name = 'conversion_rate' and c.trials < 200 and c.successes <= c.trials and c.trials > 0
                       then (select jsonb_build_object('low_ppm', w.low_ppm, 'high_ppm', w.high_ppm)
                             from books_wilson(c.successes::bigint, c.trials::bigint) as w) end)
      || case when f.name = 'conversion_rate' then jsonb_build_object('of', c.of) else '{}' end)
    from figure f join computed c on c.n = 1
    left join figure b on b.n = 2 and b.name = f.name
      and (f.name <> 'conversion_rate' or (select o.of from computed o where o.n = 2) is not distinct from c.of)
    left join reason r on r.n = 1 and r.name = f.name
    where f.n = 1)) as json
from range
