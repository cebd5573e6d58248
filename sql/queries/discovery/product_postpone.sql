-- The next job of product $1 runs at $2 instead, because it waits for $3 (NULL = only for time); nothing else changes.
update product set next_run_at = $2::timestamptz, waits_for = $3, swept_at = null
where id = $1::bigint and next_job is not null
