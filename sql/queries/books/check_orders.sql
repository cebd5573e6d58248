-- Of the $2 orders after id $1: how many there are (looked), how many have other rows than their facts demand (differ), last id (last).
with looked as (
  select id from shop_order where id > $1::bigint order by id limit $2::integer
), ids as (
  select coalesce(array_agg(id), '{}') as list from looked
), fresh as (
  select f.* from ids cross join lateral books_order_days(list) as f
), kept as (
  select o.* from order_day o where o.order_id in (select id from looked)
), fresh_item as (
  select f.* from ids cross join lateral books_order_items(list) as f
), kept_item as (
  select o.* from order_item_day o where o.order_id in (select id from looked)
), wrong as (
  (select order_id from (select * from fresh except all select * from kept) as a)
  union (select order_id from (select * from kept except all select * from fresh) as b)
  union (select order_id from (select * from fresh_item except all select * from kept_item) as c)
  union (select order_id from (select * from kept_item except all select * from fresh_item) as d)
)
select (select count(*) from looked) as looked, (select count(*) from wrong) as differ, (select max(id) from looked) as last
