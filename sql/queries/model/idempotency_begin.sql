-- Caller $1 begins a write with key $2: request's SHA-256 $3, request's id $4.  No row affected when the pair is there already.
insert into idempotency (caller, key, request_sha256, request_id) values ($1, $2, $3, $4)
on conflict (caller, key) do nothing
