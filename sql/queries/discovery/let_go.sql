-- Products that wait only for what is there now: for one of $1 (text array: 'stop' = STOP off, else the least mode), at most $2,
-- the best first; they wait for it no longer and their job runs now.  id, next_job
update product set waits_for = null, next_run_at = now(), swept_at = null
where id in (select id from product
             where waits_for = any ($1::text[]) and next_job is not null
             order by opportunity_e4 desc nulls last, id limit $2::integer for update skip locked)
returning id, next_job
