-- Where the money of days $1 to $2 went, parameters as for summary ($4 is not used): steps that add up to the profit.  json; no row
-- while the shop's zone is not known.
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), s as (
  select coalesce(sum(gross - discounts - returned + shipping), 0) as net_revenue, coalesce(sum(goods), 0) as goods,
         coalesce(sum(supply_shipping), 0) as shipping, coalesce(sum(supply_duty), 0) as duty, coalesce(sum(fees), 0) as fees,
         coalesce(sum(contribution), 0) as contribution, coalesce(sum(counted), 0) as counted, coalesce(sum(orders), 0) as orders,
         coalesce(sum(unknown), 0) as unknown, coalesce(sum(incomplete), 0) as incomplete, coalesce(sum(estimated), 0) as estimated,
         coalesce(sum(incomplete_later), 0) as later
  from daily_sales d, range r where d.currency = r.currency and d.shop_date between r.from_day and r.to_day
), a as (
  select case when exists (select 1 from ad_metric) then coalesce(sum(spend), 0) end as spend
  from daily_ads d, range r where d.currency = r.currency and d.shop_date between r.from_day and r.to_day
), step as (
  select t.*
  from s, a
  cross join lateral (select orders > 0 and unknown = orders as no_sales, incomplete > 0 and incomplete >= orders and counted = 0 as no_profit,
                             estimated > 0 as guess) as j
  cross join lateral (values
    (1, 'net_revenue', 'Net revenue', case when not no_sales then net_revenue end, unknown > 0),
    (2, 'goods', 'Goods', - goods, guess), (3, 'supplier_shipping', 'Supplier''s shipping', - shipping, guess), (4, 'duty', 'Duty', - duty, guess),
    (5, 'fees', 'Payment fees', - fees, guess), (6, 'ads', 'Ads', - spend, false),
    (7, 'other', case when incomplete + later > 0 then 'Orders without all costs, left out' else 'Other' end,
     contribution - (net_revenue - goods - shipping - duty - fees), incomplete + later > 0),
    (8, 'profit', 'Profit', case when not no_profit then contribution - coalesce(spend, 0) end, guess or incomplete + later > 0)
  ) as t (place, name, label, minor, estimated)
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'currency', currency,
  'steps', (select jsonb_agg(jsonb_build_object('name', name, 'label', label, 'minor', minor, 'estimated', estimated) order by place) from step)
) as json
from range
