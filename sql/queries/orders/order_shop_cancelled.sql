-- Order $1 was cancelled at the shop at $2.
update shop_order set shop_cancelled_at = $2::timestamptz where id = $1::bigint
