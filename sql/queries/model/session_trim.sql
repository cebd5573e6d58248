-- Drop sessions that are over: past their end, unused for $1 seconds, of a revoked key, or beyond the newest $3 of key $2 (id).
delete from session s using api_key k
where k.id = s.key_id
  and (s.expires_at <= now() or s.last_used_at <= now() - $1::bigint * interval '1 second' or k.revoked_at is not null
       or s.key_id = $2::bigint and s.id <= (select id from session where key_id = $2::bigint
                                             order by id desc offset $3::bigint limit 1))
