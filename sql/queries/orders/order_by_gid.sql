-- The order with gid $1.  id; one row or none
select id from shop_order where gid = $1
