-- The money of order $1 is read as of $2 (the shop's updatedAt); $3: why it gave no facts, NULL = it did.  No row when a later
-- state has been read already.
update shop_order set money_seen_at = $2::timestamptz, money_problem = $3
where id = $1::bigint and (money_seen_at is null or money_seen_at <= $2::timestamptz)
