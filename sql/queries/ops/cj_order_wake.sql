-- Order $1 is to be looked at now.  No row when another job is its next, or it is due already.
update shop_order set next_run_at = now(), swept_at = null
where id = $1::bigint and next_job = 'order.track' and next_run_at > now()
