-- What is known of the demand for product $1: own orders with its variants (not cancelled, no tests), those of them that were
-- refunded, and new listings a day times 100 by the trend's recent rate (NULL before it has seen two days).  One row:
-- orders, refunds, velocity_e2
with sold as (
  select distinct o.id, o.financial in ('REFUNDED', 'PARTIALLY_REFUNDED') as refunded
  from variant v join order_line l on l.sku = v.sku join shop_order o on o.id = l.order_id
  where v.product_id = $1::bigint and not o.test and o.state not in ('cancelled', 'ignored')
)
select (select count(*) from sold) as orders, (select count(*) from sold where refunded) as refunds,
       (select case when coalesce((score_parts ->> 't_r')::numeric, 0) + coalesce((score_parts ->> 't_b')::numeric, 0) > 0
                    then round((score_parts ->> 'v_r')::numeric * 100)::bigint end
        from product where id = $1::bigint) as velocity_e2
