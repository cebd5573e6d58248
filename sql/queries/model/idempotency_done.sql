-- Caller $1's write with key $2 was answered: status $3, content type $4, body $5 (NULL: not to be stored).
update idempotency set state = 'done', status = $3::integer, type = $4, body = $5, done_at = now()
where caller = $1 and key = $2
