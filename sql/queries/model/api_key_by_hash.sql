-- The living key with SHA-256 $1.  stale: its last use was noted more than a minute ago.  id, name, scope, key_sha256, stale
select id, name, scope, key_sha256,
       (last_used_at is null or last_used_at < now() - interval '1 minute') as stale
from api_key where key_sha256 = $1 and revoked_at is null
