-- Product $1 belongs to tier $2, which is looked at every $3 seconds; it is due sooner when that asks for it.
update product
set tier = $2, check_due_at = least(check_due_at, coalesce(checked_at, now()) + make_interval(secs => $3::bigint))
where id = $1::bigint
