-- Orders held for $1 seconds, and again for $2, at most $3, longest first: each is told once per hold.  What is shown already
-- stays.  id, name, hold_code, held_h (hours), again (the second time), handed_over (paid at the supplier)
with due as (
  select id, extract(epoch from now() - held_since)::bigint as held_s, held_since
  from (select id, attention, coalesce(held_at, changed_at) as held_since from shop_order
        where state = 'held' and attention < 2) h
  where held_since < now() - make_interval(secs => case when attention = 0 then $1::double precision
                                                        else $2::double precision end)
  order by held_since limit $3::integer
)
update shop_order o
set attention = case when due.held_s >= $2::bigint then 2 else 1 end,
    problem = case when problem is null or problem like 'In hold for %'
                   then 'In hold for more than ' || case when due.held_s >= $2::bigint then $2::bigint else $1::bigint end / 3600
                        || ' hours (' || coalesce(hold_code, 'no reason kept') || ').'
                   else problem end
from due where o.id = due.id and o.state = 'held'
returning o.id, o.name, o.hold_code, due.held_s / 3600 as held_h, o.attention = 2 as again,
          exists (select 1 from supplier_order s where s.order_id = o.id and s.paid_at is not null
                                                   and s.state not in ('cancelled', 'failed')) as handed_over
