-- The supplier asks $2 for variant $1 (NULL = unknown); $3: it does not have it any more.
update variant
set cost_minor = $2::bigint, gone_at = case when $3::boolean then coalesce(gone_at, now()) end, checked_at = now(), changed_at = now()
where id = $1::bigint
