-- Live products get the prices a person has seen and confirmed: $1 JSON array of {"id", "price_minor", "currency", "same"}, job $2 on
-- queue $3, trace $4 (may be NULL), person $5, sentence $6; nothing unless $7 is the rule that counts (0 = none, the settings).  Each
-- price stands in an accepted proposal, which no lost job forgets; what was proposed before is overtaken.  One that is the product's
-- own (same) is only said when another was accepted and is still to come.  products, counts
with rule as (
  select coalesce((select id from pricing_rule where active), 0) = $7::bigint as counts
), change as (
  select c.* from jsonb_to_recordset($1::jsonb) as c(id bigint, price_minor bigint, currency text, same boolean), rule
  where rule.counts and (not c.same or exists (
    select 1 from proposal o where o.subject = 'product:' || c.id and o.state = 'accepted' and o.kind = 'product.price'
      and not o.detail ? 'done_at' and (o.detail ->> 'price_minor')::bigint <> c.price_minor))
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
select (select count(*) from jobs) as products, counts from rule
