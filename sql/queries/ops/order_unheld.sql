-- Order $1, held by a person, waits again and is judged now.  No row when it is not.
update shop_order
set state = 'waiting', hold_code = null, hold_reasons = null, next_job = 'order.release', next_run_at = now(), waits_for = null,
    swept_at = null, changed_at = now()
where id = $1::bigint and state = 'held' and hold_code = 'PERSON'
