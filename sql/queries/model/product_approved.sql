-- Product $1 was approved by person $2.
update product
set state = 'publishing', approved_by = $2, problem = null, next_job = 'listing.publish', next_run_at = now(),
    waits_for = null, swept_at = null, changed_at = now()
where id = $1::bigint
