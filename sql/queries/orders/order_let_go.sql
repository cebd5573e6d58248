-- Orders that wait only for what is there now: for one of $1 (text array: 'stop' = STOP off, else the least mode), at most $2,
-- oldest first; they wait for it no longer.  A person may have held or released them meanwhile.  id, state, next_job
update shop_order
set waits_for = null, next_job = coalesce(next_job, 'order.release'), swept_at = null
where id in (select id from shop_order
             where waits_for = any ($1::text[]) and (next_job is not null or state = 'approval')
             order by created_at limit $2::integer for update skip locked)
returning id, state, next_job
