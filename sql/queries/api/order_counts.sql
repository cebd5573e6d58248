-- Orders by state, for the metrics.  state, orders
select key as state, n as orders from total where what = 'order' order by key
