-- A page of the orders that fit, by age: $1 to $10 as common/order_fit.sql has them, $11 limit (at most 200), $12 and $13 created_at
-- (microseconds) and id of the last order of the page before, or NULL, $14 newest first.  json
with
-- include: common/order_fit.sql
, few as materialized (
  select ids from rare where cardinality(ids) <= 3000 order by cardinality(ids) limit 1
), bounds as (
  select 'epoch'::timestamptz + $3::bigint * interval '1 microsecond' as since, 'epoch'::timestamptz + $4::bigint * interval '1 microsecond' as until,
         'epoch'::timestamptz + $12::bigint * interval '1 microsecond' as last
), spotted as not materialized (
  select *, created_at as spot from fit
), at as (
  select case when $14::boolean then coalesce(last, until, 'infinity') else coalesce(last, since, '-infinity') end as spot,
         coalesce($13::bigint, 0) as row,
         case when $14::boolean then coalesce(since, '-infinity') else coalesce(until, 'infinity') end as ends
  from bounds
),
-- include: common/order_walk.sql
,
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $11::bigint then
    (select (extract(epoch from spot) * 1000000)::bigint || '-' || id from page order by place desc limit 1) end
) as json
