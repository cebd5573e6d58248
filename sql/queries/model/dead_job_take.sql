-- The latest death of job $1 that nobody has run again is marked as run again by $2.  payload (hex) of it; no row: there is none.
update dead_job set retried_at = now(), retried_by = $2
where id = (select id from dead_job where jid = $1 and retried_at is null order by died_at desc, id desc limit 1 for update)
  and retried_at is null
returning encode(payload, 'hex') as payload
