-- State of order $1, locked until the transaction ends.  name, state
select name, state from shop_order where id = $1::bigint for update
