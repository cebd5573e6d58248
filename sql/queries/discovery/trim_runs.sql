-- Scans that began more than $1 days ago go, at most $2 of them.
delete from discovery_run
where id in (select id from discovery_run where started_at < now() - make_interval(days => $1::integer) limit $2::integer)
