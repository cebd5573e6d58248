-- What our own rows say about order $1: orders_24h of one e-mail or address, this one included; orders of the customer before
-- it; duplicate_of (name) with the same goods; paid orders of the last 90 days and their average.
with me as (
  select *, address ->> 'key' as address_key from shop_order where id = $1::bigint
), goods as (
  select l.order_id, string_agg(distinct coalesce(nullif(l.variant_gid, ''), nullif(l.sku, ''), l.title), '|') as list
  from order_line l join shop_order o on o.id = l.order_id join me on o.customer_key = me.customer_key
  where l.quantity > 0 and o.created_at > me.created_at - interval '30 minutes'
    and o.created_at < me.created_at + interval '30 minutes'
  group by l.order_id
)
select
  (select count(*) from shop_order o, me
   where o.created_at > me.created_at - interval '24 hours' and o.created_at <= me.created_at and not o.test
     and (o.id = me.id or o.customer_key = me.customer_key or o.address ->> 'key' = me.address_key)) as orders_24h,
  (select count(*) from shop_order o, me
   where o.customer_key = me.customer_key and o.created_at < me.created_at and not o.test) as orders_before,
  -- Of two doubles the later one is held, unless the earlier one was read later and the other is on its way already.  An order
  -- that was never paid is none: it may be the try before this one.
  (select o.name from shop_order o join goods g on g.order_id = o.id, me
   where o.id <> me.id and g.list = (select list from goods where order_id = me.id)
     and o.state not in ('cancelled', 'ignored')
     and ((o.created_at, o.id) < (me.created_at, me.id) and o.financial in ('PAID', 'PARTIALLY_REFUNDED')
          or o.state in ('placing', 'placed', 'shipped', 'fulfilled', 'delivered'))
   order by o.created_at, o.id limit 1) as duplicate_of,
  aov.orders as aov_orders, aov.average as aov_minor
from (
  select count(*) as orders, round(avg(o.total_minor))::bigint as average from shop_order o, me
  where o.created_at > me.created_at - interval '90 days' and o.created_at <= me.created_at and o.financial = 'PAID'
    and not o.test and o.state not in ('cancelled', 'ignored') and o.currency = me.currency
) aov
