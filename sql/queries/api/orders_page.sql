-- A page of orders, newest first: $1 limit, at most 200, $2 and $3 created_at (microseconds) and id of the last order of the page before,
-- $4 and $5 not before and before (microseconds); all but the limit may be NULL.  Answers as orders_find.sql does.  The inner limit
-- tells the planner that a page is short, and bounds instead of "is null or" let the index serve any parameters: else each execution
-- is planned anew, which takes longer than the page.  json
with page as (
  select *, row_number() over (order by created_at desc, id desc) as place
  from (
    select * from shop_order
    where (created_at, id) < (coalesce('epoch'::timestamptz + $2::bigint * interval '1 microsecond', 'infinity'),
                              coalesce($3::bigint, 9223372036854775807))
      and created_at >= coalesce('epoch'::timestamptz + $4::bigint * interval '1 microsecond', '-infinity')
      and created_at < coalesce('epoch'::timestamptz + $5::bigint * interval '1 microsecond', 'infinity')
    order by created_at desc, id desc limit 200) as newest
  order by created_at desc, id desc limit $1::bigint
),
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $1::bigint then
    (select (extract(epoch from created_at) * 1000000)::bigint || '-' || id
     from page order by place desc limit 1) end
) as json
