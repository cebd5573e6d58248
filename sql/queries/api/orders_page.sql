-- A page of orders, newest first: $1 limit, $2 and $3 created_at (microseconds) and id of the last order of the page before, $4
-- and $5 not before and before (microseconds); all but the limit may be NULL.  Answers as orders_find.sql does.  json
with page as (
  select *, row_number() over (order by created_at desc, id desc) as place from shop_order
  where ($2::bigint is null or (created_at, id) < ('epoch'::timestamptz + $2::bigint * interval '1 microsecond', $3::bigint))
    and ($4::bigint is null or created_at >= 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
    and ($5::bigint is null or created_at < 'epoch'::timestamptz + $5::bigint * interval '1 microsecond')
  order by created_at desc, id desc limit $1::bigint
),
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $1::bigint then
    (select (extract(epoch from created_at) * 1000000)::bigint || '-' || id
     from page order by place desc limit 1) end
) as json
