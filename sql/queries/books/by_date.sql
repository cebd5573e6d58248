-- Sales and profit of each day, parameters as for summary; days without anything are there with zeros.  json; no row while the
-- shop's zone is not known.
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), period as (
  select 1 as n, from_day, to_day, today, currency from range
  union all select 2, before_from, before_to, today, currency from range where before_from is not null
), day as (
  select p.n, g::date as date, p.today, s.*, a.spend, v.sessions
  from period p
  cross join lateral generate_series(p.from_day::timestamp, p.to_day::timestamp, interval '1 day') as g
  left join lateral (
    select sum(orders) as orders, sum(unknown) as unknown, sum(incomplete) as incomplete, sum(incomplete_later) as incomplete_later,
           sum(estimated) as estimated, sum(gross) as gross, sum(gross - discounts - returned + shipping) as net_revenue,
           sum(total_sales) as total_sales, sum(refunds) as refunds, sum(counted) as counted, sum(contribution) as contribution
    from daily_sales d where d.shop_date = g::date and d.currency = p.currency) as s on true
  left join daily_ads a on a.shop_date = g::date and a.currency = p.currency
  left join store_sessions v on v.shop_date = g::date
), line as (
  select n, jsonb_agg(jsonb_build_object(
    'date', date, 'orders', coalesce(orders, 0), 'gross_sales', coalesce(gross, 0), 'total_sales', coalesce(total_sales, 0),
    'net_revenue', coalesce(net_revenue, 0),
    'profit', case when not (coalesce(incomplete, 0) > 0 and incomplete >= orders and counted = 0)
                   then coalesce(contribution, 0) - coalesce(spend, 0) end,
    'ad_spend', coalesce(spend, case when exists (select 1 from ad_metric) then 0 end), 'refunds', coalesce(refunds, 0),
    'sessions', sessions, 'estimated', coalesce(estimated + incomplete + incomplete_later, 0) > 0 or coalesce(unknown, 0) > 0,
    'incomplete', coalesce(incomplete, 0), 'immature', date > today - 3) order by date) as days
  from day group by n
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'currency', currency,
  'days', (select days from line where n = 1), 'previous', (select days from line where n = 2)) as json
from range
