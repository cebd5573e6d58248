-- How many recent orders there are.  orders
select count(*) as orders from shop_order where created_at > now() - interval '60 days' and not test
