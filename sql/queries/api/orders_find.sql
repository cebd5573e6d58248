-- A page of the orders that fit, by age: $1 to $10 as common/order_fit.sql has them, $11 limit (at most 200), $12 and $13 created_at
-- (microseconds) and id of the last order of the page before, or NULL, $14 newest first.  Each state is read through its index, so that
-- few among millions are found at once.  json
with
-- include: common/order_fit.sql
, few as materialized (
  select ids from rare where cardinality(ids) <= 3000 order by cardinality(ids) limit 1
), bounds as (
  select 'epoch'::timestamptz + $3::bigint * interval '1 microsecond' as since, 'epoch'::timestamptz + $4::bigint * interval '1 microsecond' as until,
         'epoch'::timestamptz + $12::bigint * interval '1 microsecond' as last
), at as ( -- newest first: before (time, row), down to time `ends`; oldest first: after it, up to that
  select case when $14::boolean then coalesce(last, until, 'infinity') else coalesce(last, since, '-infinity') end as time,
         coalesce($13::bigint, 0) as row,
         case when $14::boolean then coalesce(since, '-infinity') else coalesce(until, 'infinity') end as ends
  from bounds
), found as (
  (select * from fit where id = any ((select ids from few)::bigint[])
     and case when $14::boolean then (created_at, id) < ((select time from at), (select row from at))
              else (created_at, id) > ((select time from at), (select row from at)) end)
  union all
  (select * from fit where $14::boolean and $1::text[] is null and not exists (select 1 from few)
     and (created_at, id) < ((select time from at), (select row from at)) and created_at >= (select ends from at)
   order by created_at desc, id desc limit 200)
  union all
  (select * from fit where not $14::boolean and $1::text[] is null and not exists (select 1 from few)
     and (created_at, id) > ((select time from at), (select row from at)) and created_at < (select ends from at)
   order by created_at, id limit 200)
  union all
  (select f.* from unnest($1::text[]) w (wanted) cross join lateral (
     select * from fit where state = wanted
       and (created_at, id) < ((select time from at), (select row from at)) and created_at >= (select ends from at)
     order by created_at desc, id desc limit 200) f
   where $14::boolean and not exists (select 1 from few))
  union all
  (select f.* from unnest($1::text[]) w (wanted) cross join lateral (
     select * from fit where state = wanted
       and (created_at, id) > ((select time from at), (select row from at)) and created_at < (select ends from at)
     order by created_at, id limit 200) f
   where not $14::boolean and not exists (select 1 from few))
), page as (
  select *, row_number() over (order by case when $14::boolean then created_at end desc, case when $14::boolean then id end desc, created_at, id)
              as place
  from found order by place limit $11::bigint
),
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $11::bigint then
    (select (extract(epoch from created_at) * 1000000)::bigint || '-' || id from page order by place desc limit 1) end
) as json
