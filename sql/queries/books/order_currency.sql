-- Currency of order $1.  currency (NULL = not told yet); no row when there is no order
select currency from shop_order where id = $1::bigint
