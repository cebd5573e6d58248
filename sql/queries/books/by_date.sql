-- Sales and profit of each day, parameters as for summary; days without anything are there with zeros.  json; no row while the
-- shop's zone is not known.
with range as materialized (
  select *, coalesce(before_from, from_day) as first_day from books_range($1::date, $2::date, $3, $4::boolean)
), sale as materialized (
  select shop_date, sum(orders) as orders, sum(unknown) as unknown, sum(incomplete) as incomplete, sum(incomplete_later) as incomplete_later,
         sum(estimated) as estimated, sum(gross) as gross, sum(gross - discounts - returned + shipping) as net_revenue,
         sum(total_sales) as total_sales, sum(refunds) as refunds, sum(counted) as counted, sum(contribution) as contribution
  from daily_sales
  where currency = (select currency from range) and shop_date between (select first_day from range) and (select to_day from range)
  group by shop_date
), line as (
  select g >= from_day as asked, json_agg(t order by g) as days
  from range r
  cross join lateral generate_series(first_day::timestamp, to_day::timestamp, interval '1 day') as g
  left join sale s on s.shop_date = g::date
  left join daily_ads a on a.shop_date = g::date and a.currency = r.currency
  left join store_sessions v on v.shop_date = g::date
  cross join lateral (
    select g::date as date, coalesce(s.orders, 0) as orders, coalesce(gross, 0) as gross_sales, coalesce(total_sales, 0) as total_sales,
           coalesce(net_revenue, 0) as net_revenue,
           case when not (coalesce(s.incomplete, 0) > 0 and s.incomplete >= s.orders and counted = 0)
                then coalesce(contribution, 0) - coalesce(spend, 0) end as profit,
           coalesce(spend, case when exists (select 1 from ad_metric) then 0 end) as ad_spend, coalesce(refunds, 0) as refunds, sessions,
           coalesce(s.estimated + s.incomplete + incomplete_later, 0) > 0 or coalesce(unknown, 0) > 0 as estimated,
           coalesce(s.incomplete, 0) as incomplete, g::date > today - 3 as immature) as t
  group by asked
)
select json_build_object(
  'range', json_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'currency', currency,
  'days', (select days from line where asked), 'previous', (select days from line where not asked)) as json
from range
