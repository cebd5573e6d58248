-- Ad spend and what came of it in days $1 to $2, parameters as for summary ($4 is not used).  json; no row while the shop's zone is
-- not known.
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), day as (
  select g::date as date, coalesce(spend, 0) as spend, coalesce(allocated, 0) as allocated, coalesce(unallocated, 0) as unallocated,
         coalesce(clicks, 0) as clicks, coalesce(impressions, 0) as impressions, coalesce(purchases, 0) as purchases,
         coalesce(revenue, 0) as revenue
  from range r
  cross join lateral generate_series(r.from_day::timestamp, r.to_day::timestamp, interval '1 day') as g
  left join daily_ads a on a.shop_date = g::date and a.currency = r.currency
  where exists (select 1 from ad_metric)
), campaign as (
  select platform, campaign, product_id, sum(spend_minor) as spend, sum(clicks) as clicks, sum(purchases) as purchases,
         sum(revenue_minor) as revenue
  from ad_metric m, range r where m.currency = r.currency and m.shop_date between r.from_day and r.to_day
  group by platform, campaign, product_id
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'currency', currency,
  'days', (select coalesce(jsonb_agg(jsonb_build_object(
             'date', date, 'spend', spend, 'allocated', allocated, 'unallocated', unallocated, 'clicks', clicks,
             'impressions', impressions, 'purchases', purchases, 'revenue', revenue,
             'roas_e4', books_ratio(revenue, spend, 10000)) order by date), '[]') from day),
  'campaigns', (select coalesce(jsonb_agg(jsonb_build_object(
                  'platform', platform, 'campaign', campaign, 'product_id', product_id, 'spend', spend, 'clicks', clicks,
                  'purchases', purchases, 'cpa_minor', case when spend > 0 then books_ratio(spend, purchases, 1) end,
                  'roas_e4', books_ratio(revenue, spend, 10000)) order by spend desc, platform, campaign, product_id), '[]') from campaign),
  'why', case when not exists (select 1 from ad_metric) then 'no ad platform has reported yet' end) as json
from range
