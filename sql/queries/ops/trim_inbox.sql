-- Deliveries of the supplier older than $1 days go, at most $2 of them.
delete from cj_inbox
where ctid in (select ctid from cj_inbox where received_at < now() - make_interval(days => $1::integer) limit $2::integer)
