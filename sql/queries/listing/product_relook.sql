-- The look at product $1 failed: again in $2 seconds.
update product set check_due_at = now() + make_interval(secs => $2::bigint) where id = $1::bigint
