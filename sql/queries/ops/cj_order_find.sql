-- The order that the supplier tells of by any of the numbers $1 (ours or his, a Postgres array as text).  id, name, next_job, due (its
-- next look is now, or under way)
select o.id, o.name, o.next_job, coalesce(o.next_run_at <= now(), false) as due
from supplier_order s join shop_order o on o.id = s.order_id
where s.our_number = any ($1::text[]) or s.cj_order_id = any ($1::text[])
order by o.id limit 1
