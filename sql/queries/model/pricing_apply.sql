-- Live products get the prices a person has seen and confirmed: $1 JSON array of {"id", "price_minor", "currency"}, job $2 on queue
-- $3, trace $4 (may be NULL), person $5, sentence $6.  Each price stands in an accepted proposal, which no lost job forgets; what
-- was proposed before is overtaken.  products
with change as (
  select * from jsonb_to_recordset($1::jsonb) as c(id bigint, price_minor bigint, currency text)
), live as (
  update product p set next_job = $2, next_run_at = now(), waits_for = null, swept_at = null
  from change c where p.id = c.id and p.state in ('listed', 'on_hold')
  returning p.id, c.price_minor, c.currency
), overtaken as (
  update proposal set state = 'withdrawn', decided_at = now(), decided_by = $5
  where kind = 'product.price' and state = 'open' and subject in (select 'product:' || id from live)
), said as (
  insert into proposal (kind, subject, text, detail, state, decided_at, decided_by)
  select 'product.price', 'product:' || id, $6, jsonb_build_object('price_minor', price_minor, 'currency', currency), 'accepted',
         now(), $5
  from live order by id
), jobs as (
  insert into outbox (event, job_type, queue, args, trace_id)
  select 'pricing.applied', $2, $3, '[' || id || ', "now", ' || price_minor || ']', $4 from live order by id returning 1
)
select count(*) as products from jobs
