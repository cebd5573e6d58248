-- The shop does not show order $1 any more, so its money facts stay as they are; $2 says so.
update shop_order set money_seen_at = shop_updated_at, money_problem = $2 where id = $1::bigint
