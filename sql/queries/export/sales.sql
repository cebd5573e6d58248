-- Sales and profit of each shop day: $1 and $2 first and last day, $3 currency; NULL as in the analytics.  Rows for a spreadsheet;
-- profit is empty where no cost is known, and an estimate where `estimated` says so.
select g::date as date, p.currency, coalesce(s.orders, 0) as orders, coalesce(s.gross, 0) as gross_sales_minor,
  coalesce(s.discounts, 0) as discounts_minor, coalesce(s.returned, 0) as returned_minor, coalesce(s.shipping, 0) as shipping_minor,
  coalesce(s.net_revenue, 0) as net_revenue_minor, coalesce(s.taxes, 0) as taxes_minor, coalesce(s.duties, 0) as duties_minor,
  coalesce(s.total_sales, 0) as total_sales_minor, coalesce(s.refunds, 0) as refunds_minor,
  coalesce(a.spend, case when exists (select 1 from ad_metric) then 0 end) as ad_spend_minor,
  case when not (coalesce(s.incomplete, 0) > 0 and s.incomplete >= s.orders and s.counted = 0)
       then coalesce(s.contribution, 0) - coalesce(a.spend, 0) end as profit_minor,
  coalesce(s.estimated + s.incomplete + s.incomplete_later, 0) > 0 or coalesce(s.unknown, 0) > 0 as estimated,
  coalesce(s.incomplete, 0) as orders_without_cost, v.sessions
from books_range($1::date, $2::date, $3, false) as p
cross join lateral generate_series(p.from_day::timestamp, p.to_day::timestamp, interval '1 day') as g
left join lateral (
  select sum(orders) as orders, sum(unknown) as unknown, sum(incomplete) as incomplete, sum(incomplete_later) as incomplete_later,
         sum(estimated) as estimated, sum(gross) as gross, sum(discounts) as discounts, sum(returned) as returned, sum(shipping) as shipping,
         sum(taxes) as taxes, sum(duties) as duties, sum(gross - discounts - returned + shipping) as net_revenue,
         sum(total_sales) as total_sales, sum(refunds) as refunds, sum(counted) as counted, sum(contribution) as contribution
  from daily_sales d where d.shop_date = g::date and d.currency = p.currency) as s on true
left join daily_ads a on a.shop_date = g::date and a.currency = p.currency
left join store_sessions v on v.shop_date = g::date
order by g
