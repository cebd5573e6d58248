-- Forget writes older than $1 seconds, at most $2 of them.
delete from idempotency
where (caller, key) in (select caller, key from idempotency where created_at < now() - $1::bigint * interval '1 second'
                        order by created_at limit $2::bigint for update skip locked)
