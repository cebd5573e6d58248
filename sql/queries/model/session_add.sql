-- Log in with key $1 (id): token's SHA-256 $2, address $3, seconds to live $4.  The key's row stays locked: its logins are made one
-- after another, and none after its revocation.  id, expires_us; no row when the key was revoked.
with owner as (select id from api_key where id = $1::bigint and revoked_at is null for update)
insert into session (key_id, token_sha256, address, expires_at)
select id, $2, $3, now() + $4::bigint * interval '1 second' from owner
returning id, (extract(epoch from expires_at) * 1000000)::bigint as expires_us
