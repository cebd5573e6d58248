-- The living session with token's SHA-256 $1, unused for less than $2 seconds.  stale: its last use was noted more than a minute ago.
-- id, key_id, name, scope, token_sha256, expires_us, stale
select s.id, s.key_id, k.name, k.scope, s.token_sha256,
       (extract(epoch from s.expires_at) * 1000000)::bigint as expires_us,
       s.last_used_at < now() - interval '1 minute' as stale
from session s join api_key k on k.id = s.key_id
where s.token_sha256 = $1 and k.revoked_at is null and s.expires_at > now()
  and s.last_used_at > now() - $2::bigint * interval '1 second'
