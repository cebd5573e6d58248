-- `told`: what a list says of each order of `page`, by its `place`.  Records, and JSON made of whole records: naming each field to
-- json_build_object takes twice as long, and the JSON is most of what a page costs.
told as (
  select place, t as told
  from page
  left join lateral (
    select sum(incomplete + incomplete_later + unknown) as open, sum(contribution) as contribution, sum(estimated) as estimated
    from order_day d where d.order_id = page.id) b on true
  left join lateral (
    select count(distinct so.id) as orders, count(p.id) as parcels, max(p.tracking_number) as tracking
    from supplier_order so left join parcel p on p.supplier_order_id = so.id where so.order_id = page.id) s on true
  cross join lateral (
    select page.id, gid, name, state, mode, created_at,
      case when total_minor is not null then ('{"minor":' || total_minor || ',"currency":' || coalesce(to_json(currency)::text, 'null') || '}')::json end as total,
      address ->> 'name' as customer, address ->> 'country_code' as country,
      (select count(*) from order_line l where l.order_id = page.id) as lines,
      case when b.open = 0 then ('{"minor":' || b.contribution - coalesce((select sum(minor) from order_ads a where a.order_id = page.id), 0)
        || ',"currency":' || coalesce(to_json(currency)::text, 'null') || '}')::json end as profit,
      coalesce(b.estimated > 0, false) as profit_estimated,
      email, financial, risk, score, hold_code, hold_reasons, held_at, released_by, problem, next_job, next_run_at, placed_at, fulfilled_at, changed_at,
      s.orders as supplier_orders, s.parcels, s.tracking) as t
)
