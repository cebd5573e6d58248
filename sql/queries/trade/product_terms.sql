-- What product $1 was judged by: its currency and the numbers of the last decision; no row when there is no product.
-- shop_currency, decision
select shop_currency, decision from product where id = $1::bigint
