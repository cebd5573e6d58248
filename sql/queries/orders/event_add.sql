-- A step of order $1: step $2, code $3, sentence $4, numbers $5 (json), trace id $6.  $7: only when the order's last event is
-- another step or code.
insert into order_event (order_id, step, code, text, detail, trace_id)
select $1::bigint, $2, $3, $4, $5::jsonb, $6
where not $7::boolean or not exists (
  select 1 from (select step, code from order_event where order_id = $1::bigint order by id desc limit 1) last
  where last.step = $2 and last.code is not distinct from $3)
