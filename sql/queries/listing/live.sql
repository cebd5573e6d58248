-- Every product at the shop: id, tier, sold_7d (units), stock (least of its variants that are for sale, NULL = unknown), quiet_days
-- (since the last sale, or since it went live).
with sold as (
  select v.product_id, sum(l.quantity) filter (where o.created_at > now() - interval '7 days') as week, max(o.created_at) as last
  from variant v
  join order_line l on l.sku = v.sku
  join shop_order o on o.id = l.order_id and not o.test and o.shop_cancelled_at is null
  where v.shop_gid is not null and o.created_at > now() - interval '60 days'
  group by v.product_id
), lowest as (
  select product_id, min(stock) as stock from variant where shop_gid is not null and gone_at is null group by product_id
)
select p.id, p.tier, coalesce(s.week, 0)::bigint as sold_7d, m.stock,
       floor(extract(epoch from now() - greatest(s.last, p.listed_at)) / 86400)::bigint as quiet_days
from product p
left join sold s on s.product_id = p.id
left join lowest m on m.product_id = p.id
where p.state in ('listed', 'on_hold') and p.listed_at is not null
