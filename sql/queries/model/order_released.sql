-- Order $1 was released by person $2.
update shop_order
set state = 'waiting', released_by = $2, hold_code = null, hold_reasons = null, next_job = 'order.release',
    next_run_at = now(), changed_at = now()
where id = $1::bigint
