-- `told`: what a list says of each order of `page`, by its `place`.
told as (
  select place, json_build_object('id', id, 'gid', gid, 'name', name, 'state', state, 'mode', mode,
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
      'changed_at', changed_at, 'supplier_orders', s.orders, 'parcels', s.parcels, 'tracking', s.tracking) as told
  from page
  left join lateral (
    select sum(incomplete + incomplete_later + unknown) as open, sum(contribution) as contribution, sum(estimated) as estimated
    from order_day d where d.order_id = page.id) b on true
  left join lateral (
    select count(distinct so.id) as orders, count(p.id) as parcels, max(p.tracking_number) as tracking
    from supplier_order so left join parcel p on p.supplier_order_id = so.id where so.order_id = page.id) s on true
)
