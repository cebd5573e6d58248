-- What sold best in days $1 to $2, parameters as for summary ($4 is not used); by $5 (profit, units, net_revenue), at most $6.  json; no
-- row while the shop's zone is not known.
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), sold as (
  select d.item_id, sum(units) as units, sum(units_back) as units_back, sum(net_revenue) as net_revenue, sum(ads) as ads,
         case when sum(incomplete) = 0 or sum(contribution) <> 0 then sum(contribution) - sum(ads) end as profit,
         sum(incomplete) + sum(estimated) > 0 as guess
  from daily_product d, range r
  where d.currency = r.currency and d.shop_date between r.from_day and r.to_day
  group by d.item_id
  having sum(units) <> 0 or sum(units_back) <> 0 or sum(ads) <> 0
), best as (
  select *, row_number() over (order by case $5 when 'units' then units when 'net_revenue' then net_revenue else profit end desc nulls last,
                                        item_id) as place
  from sold
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'currency', currency,
  'products', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'product_id', i.product_id, 'title', i.title, 'units', units, 'net_revenue', net_revenue, 'profit', profit,
      'refund_rate_ppm', books_ratio(units_back, units, 1000000), 'ad_spend', ads, 'estimated', guess) order by place), '[]')
    from best b join sold_item i on i.id = b.item_id where place <= $6::integer)) as json
from range
