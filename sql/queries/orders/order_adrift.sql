-- Orders that should be on their way but have no next job, at most $1: they get the one of their state, now.  id, next_job
update shop_order
set next_job = case when state in ('placed', 'shipped', 'fulfilled') then 'order.track' else 'order.release' end,
    next_run_at = now(), swept_at = null
where id in (select id from shop_order
             where next_job is null
               and state in ('received', 'waiting', 'flagged', 'placing', 'placed', 'shipped', 'fulfilled')
             order by id limit $1::integer for update skip locked)
returning id, next_job
