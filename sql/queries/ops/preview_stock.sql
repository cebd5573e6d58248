-- What the next look at stock and price would do in mode $1 (that of discovery), with what is due within $2 seconds; $3 is not used.
-- Counts end at 10001.  json: as preview_fulfillment.sql, without money
with n as (
  select (select count(*) from (select 1 from product where check_due_at <= now() + make_interval(secs => $2::bigint)
                                limit 10001) x) as due,
         (select count(*) from (select 1 from product where next_job in ('product.reprice', 'product.hold')
                                limit 10001) x) as priced
  where $3::bigint is not null
)
select json_build_object('flow', 'stock', 'mode', $1::text, 'complete', due <= 10000,
  'text', case when $1 = 'off' then 'Nothing: discovery is off.'
               else due || ' live products are looked at at the supplier, ' || priced || ' prices or quantities are set'
                    || case when $1 = 'dry_run' then '; nothing is changed in the shop.' else '.' end end,
  'steps', case when $1 = 'off' then '[]'::json else json_build_array(
    json_build_object('what', 'look', 'count', due, 'charged', '[]'::json, 'goods', '[]'::json, 'goods_unknown', 0,
                      'text', 'stock and price are asked'),
    json_build_object('what', 'set', 'count', priced, 'charged', '[]'::json, 'goods', '[]'::json, 'goods_unknown', 0,
                      'text', 'prices and quantities wait to be set')) end) as json
from n
