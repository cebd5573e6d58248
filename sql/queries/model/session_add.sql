-- Log in with key $1 (id): token's SHA-256 $2, address $3, seconds to live $4.  id, expires_us
insert into session (key_id, token_sha256, address, expires_at)
values ($1::bigint, $2, $3, now() + $4::bigint * interval '1 second')
returning id, (extract(epoch from expires_at) * 1000000)::bigint as expires_us
