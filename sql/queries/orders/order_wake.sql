-- Order $1 in state $2: job $3 at $4, now.  No row when its state has changed.
update shop_order set next_job = $3, next_run_at = $4::timestamptz, waits_for = null, swept_at = null
where id = $1::bigint and state = $2
