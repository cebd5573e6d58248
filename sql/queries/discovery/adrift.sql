-- Products that should be on their way but have no next job, at most $1: they get the one of their state, now.  id, next_job
update product
set next_job = case state when 'candidate' then 'product.assess' when 'writing' then 'listing.write'
                          when 'publishing' then 'listing.publish' else 'listing.unlist' end,
    next_run_at = now(), waits_for = null, swept_at = null
where id in (select id from product
             where next_job is null and state in ('candidate', 'writing', 'publishing', 'unlisting')
             order by id limit $1::integer for update skip locked)
returning id, next_job
