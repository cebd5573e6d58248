-- Recent orders that are paid and due but not placed, $1 seconds after their creation, and wait for nobody: no hold, no person,
-- no mode that keeps them.  id, name, state, next_job
select id, name, state, next_job from shop_order
where created_at > now() - interval '60 days' and created_at < now() - make_interval(secs => $1::double precision)
  and financial = 'PAID' and not test and shop_cancelled_at is null
  and (state = 'placing' or state in ('received', 'waiting', 'flagged'))
  and coalesce(next_run_at, changed_at) < now() - interval '5 minutes'
order by created_at limit 1000
