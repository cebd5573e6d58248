-- Caller $1's write with key $2 is done again by request $3 (id).
update idempotency set request_id = $3, created_at = now() where caller = $1 and key = $2 and state = 'running'
