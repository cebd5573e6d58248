-- What the orders' next run would do in mode $1, with all that is due within $2 seconds; at most 1000 orders are looked at.  $3 is
-- not used.  json: {"flow","mode","text","complete","steps":[{"what","count","charged":[money],"goods":[money],"goods_unknown",
-- "text"}]}; goods: by the known supplier prices, without freight.
with due as (
  (select id, released_by is not null as released, total_minor, currency, false as asked from shop_order
   where $1 <> 'off' and next_job = 'order.release' and state in ('received', 'waiting', 'flagged')
     and next_run_at <= now() + make_interval(secs => $2::bigint)
   order by next_run_at limit 1001)
  union all
  (select id, released_by is not null, total_minor, currency, true from shop_order
   where $1 = 'auto' and state = 'approval' order by created_at desc limit 1001)
), step as (
  select d.*, case when $1 = 'dry_run' then 'would' when $1 = 'auto' or d.released then 'place' else 'ask' end as what
  from (select * from due limit 1000) d
), cost as (
  select s.what, s.id, sum(l.to_ship * m.snapshot_minor) as minor, m.snapshot_currency as currency, bool_or(m.id is null) as unknown
  from step s join order_line l on l.order_id = s.id and l.to_ship > 0
  left join lateral (select id, snapshot_minor, snapshot_currency from variant_mapping v
                     where v.shop_sku = l.sku and v.confirmed_at is not null order by rank limit 1) m on true
  group by s.what, s.id, m.snapshot_currency
), steps as (
  select what, count(*) as count,
    (select coalesce(json_agg(json_build_object('minor', minor, 'currency', currency) order by currency), '[]')
     from (select sum(total_minor) as minor, currency from step t where t.what = s.what and total_minor is not null
           group by currency) c) as charged,
    (select coalesce(json_agg(json_build_object('minor', minor, 'currency', currency) order by currency), '[]')
     from (select sum(minor) as minor, currency from cost c where c.what = s.what and currency is not null group by currency) c)
      as goods,
    (select count(distinct id) from cost c where c.what = s.what and unknown) as goods_unknown
  from step s group by what
)
select json_build_object('flow', 'fulfillment', 'mode', $1::text, 'complete', (select count(*) <= 1000 from due),
  'text', case when $1 = 'off' then 'Nothing: the flow is off.'
               when not exists (select 1 from steps) then 'No order is due.'
               else (select string_agg(case what when 'place' then count || ' orders are judged and, if nothing holds them, placed and paid'
                                                 when 'ask' then count || ' orders are judged and wait for your yes'
                                                 else count || ' orders are judged; nothing is placed' end, '; ' order by what)
                     from steps) || '.' end,
  'steps', (select coalesce(json_agg(json_build_object('what', what, 'count', count, 'charged', charged, 'goods', goods,
              'goods_unknown', goods_unknown, 'text', case what when 'place' then 'judged, placed and paid unless a rule holds them'
                when 'ask' then 'judged, then wait for your yes' else 'judged only' end) order by what), '[]') from steps)) as json
where $3::bigint is not null
