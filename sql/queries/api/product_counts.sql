-- Products by state, for the metrics.  state, products
select state, count(*) as products from product group by state order by state
