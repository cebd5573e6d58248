-- Caller $1's write with key $2 was not done: as if it had not been asked for.
delete from idempotency where caller = $1 and key = $2
