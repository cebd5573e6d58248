-- Product $1 went live with version $2 of its texts; its first check is due in $3 seconds.
update product
set listed_at = now(), listed_version = $2::integer, repriced_at = null, checked_at = now(), tier = 'WARM',
    check_due_at = now() + make_interval(secs => $3::bigint)
where id = $1::bigint
