-- Events that were sent more than $1 days ago go, at most $2 of them.
delete from outbox where id in (select id from outbox where sent_at < now() - make_interval(days => $1::integer) limit $2::integer)
