-- Product $1 was looked at: stock $3 of what is at the shop; due again in $2 seconds.
update product
set checked_at = now(), check_due_at = now() + make_interval(secs => $2::bigint), stock = $3::bigint
where id = $1::bigint
