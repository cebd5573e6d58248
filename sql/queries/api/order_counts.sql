-- Orders by state, for the metrics.  state, orders
select state, count(*) as orders from shop_order group by state order by state
