-- A step of product $1: step $2, code $3, sentence $4, numbers $5 (json), person $6, trace id $7.  $8: only when the product's
-- last event is another step or code.
insert into product_event (product_id, step, code, text, detail, who, trace_id)
select $1::bigint, $2, $3, $4, $5::jsonb, $6, $7
where not $8::boolean or not exists (
  select 1 from (select step, code from product_event where product_id = $1::bigint order by id desc limit 1) last
  where last.step = $2 and last.code is not distinct from $3)
