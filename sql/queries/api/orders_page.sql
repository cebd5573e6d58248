-- A page of orders, newest first: $1 state, $2 part of name or e-mail, $3 limit, $4 and $5 created_at (microseconds) and id of
-- the last order of the page before, $6 and $7 not before and before (microseconds); all but the limit may be NULL.  Answers as
-- orders_find.sql does.  json
with page as (
  select * from shop_order
  where ($1::text is null or state = $1)
    and ($2::text is null or position(lower($2) in lower(name)) > 0 or position(lower($2) in lower(coalesce(email, ''))) > 0)
    and ($4::bigint is null or (created_at, id) < ('epoch'::timestamptz + $4::bigint * interval '1 microsecond', $5::bigint))
    and ($6::bigint is null or created_at >= 'epoch'::timestamptz + $6::bigint * interval '1 microsecond')
    and ($7::bigint is null or created_at < 'epoch'::timestamptz + $7::bigint * interval '1 microsecond')
  order by created_at desc, id desc limit $3::bigint
)
select json_build_object(
  'orders', coalesce(json_agg(json_build_object('id', id, 'gid', gid, 'name', name, 'state', state, 'mode', mode,
      'created_at', created_at, 'total', case when total_minor is null then null
        else json_build_object('minor', total_minor, 'currency', currency) end,
      'customer', address ->> 'name', 'country', address ->> 'country_code',
      'lines', (select count(*) from order_line l where l.order_id = page.id),
      'profit', case when b.open = 0 then json_build_object('minor', b.contribution - coalesce(
        (select sum(minor) from order_ads a where a.order_id = page.id), 0), 'currency', currency) end,
      'profit_estimated', coalesce(b.estimated > 0, false),
      'email', email, 'financial', financial, 'risk', risk, 'score', score, 'hold_code', hold_code,
      'hold_reasons', hold_reasons, 'held_at', held_at, 'released_by', released_by, 'problem', problem,
      'next_job', next_job, 'next_run_at', next_run_at, 'placed_at', placed_at, 'fulfilled_at', fulfilled_at,
      'changed_at', changed_at, 'supplier_orders', s.orders, 'parcels', s.parcels, 'tracking', s.tracking)
    order by created_at desc, id desc), '[]'),
  'next', case when count(*) = $3::bigint then
    (select (extract(epoch from created_at) * 1000000)::bigint || '-' || id from page order by created_at, id limit 1) end
) as json
from page
left join lateral (
  select sum(incomplete + incomplete_later + unknown) as open, sum(contribution) as contribution, sum(estimated) as estimated
  from order_day d where d.order_id = page.id) b on true
left join lateral (
  select count(distinct so.id) as orders, count(p.id) as parcels, max(p.tracking_number) as tracking
  from supplier_order so left join parcel p on p.supplier_order_id = so.id where so.order_id = page.id) s on true
