-- Id and state of the order with gid $1.  One row or none.
select id, state from shop_order where gid = $1
