-- Every product at the shop is priced anew: a job $1 on queue $2 through the outbox, trace $3 (may be NULL).  products
with live as (
  update product set next_job = $1, next_run_at = now(), waits_for = null, swept_at = null
  where state in ('listed', 'on_hold') returning id
), jobs as (
  insert into outbox (event, job_type, queue, args, trace_id)
  select 'pricing.applied', $1, $2, json_build_array(id)::text, $3 from live order by id returning 1
)
select count(*) as products from jobs
