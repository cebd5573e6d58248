-- Nothing more to do for order $1 until somebody wakes it.
update shop_order set next_job = null, next_run_at = null, waits_for = null, swept_at = null where id = $1::bigint
