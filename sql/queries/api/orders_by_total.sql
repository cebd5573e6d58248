-- A page of the orders that fit, by their total: $1 to $10 as common/order_fit.sql has them, $11 limit (at most 200), $12 and $13 the
-- total (-1 = unknown) and id of the last order of the page before, or NULL, $14 largest first.  Answers as orders_find.sql does.  json
with
-- include: common/order_fit.sql
, few as materialized ( -- few of a day are rare for this order, too
  select ids from (
    select ids from rare union all
    select array(select id from shop_order
        where created_at >= coalesce('epoch'::timestamptz + $3::bigint * interval '1 microsecond', '-infinity')
          and created_at < coalesce('epoch'::timestamptz + $4::bigint * interval '1 microsecond', 'infinity') order by created_at limit 3001)
    where coalesce($3::bigint, $4::bigint) is not null) r
  where cardinality(ids) <= 3000 order by cardinality(ids) limit 1
), spotted as not materialized (
  select *, worth as spot from fit
), at as (
  select coalesce($12::bigint, e.first) as spot, coalesce($13::bigint, case when $14::boolean then 9223372036854775807 else 0 end) as row, e.ends
  from (select case when $14::boolean then 9223372036854775807 else -9223372036854775808 end as first,
               case when $14::boolean then -9223372036854775808 else 9223372036854775807 end as ends) e
),
-- include: common/order_walk.sql
,
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $11::bigint then
    (select spot || '-' || id from page order by place desc limit 1) end
) as json
