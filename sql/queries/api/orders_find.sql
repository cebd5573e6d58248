-- A page of the orders that fit: $1 states (text[]), $2 part of name or e-mail, or a whole tracking number, $3 limit, $4 and $5 key
-- (created_at in microseconds, or the total, -1 = unknown) and id of the last order of the page before, $6 and $7 not before and
-- before (microseconds), $8 hold code, $9 country, $10 risk, $11 sort ("-created", "created", "-total", "total"), $12 only those with a
-- problem, $13 only those whose costs are not all known ("unknown", as the figures count them) or of which not even the sale is read
-- ("unread"), $14 currency; $2, $4 to $10, $13 and $14 may be NULL.  Each state is read through its index, so that few among millions
-- are found at once; so are those without costs.  json
with fit as not materialized (
  select *, coalesce(total_minor, -1) as worth from shop_order
  where ($2::text is null or position(lower($2) in lower(name)) > 0 or position(lower($2) in lower(coalesce(email, ''))) > 0
         or id in (select so.order_id from parcel p join supplier_order so on so.id = p.supplier_order_id where p.tracking_number = $2))
    and ($6::bigint is null or created_at >= 'epoch'::timestamptz + $6::bigint * interval '1 microsecond')
    and ($7::bigint is null or created_at < 'epoch'::timestamptz + $7::bigint * interval '1 microsecond')
    and ($8::text is null or hold_code = $8) and ($9::text is null or address ->> 'country_code' = $9)
    and ($10::text is null or risk = $10) and ($14::text is null or currency = $14)
), given as (
  select unnest($1::text[]) as wanted where not $12::boolean and $13::text is null
), at as (
  select 'epoch'::timestamptz + $4::bigint * interval '1 microsecond' as created
), found as (
  (select f.* from given cross join lateral (
     select * from fit where state = wanted
       and ($4::bigint is null or (created_at, id) < ((select created from at), $5::bigint))
     order by created_at desc, id desc limit $3::bigint) f
   where $11::text = '-created')
  union all
  (select f.* from given cross join lateral (
     select * from fit where state = wanted
       and ($4::bigint is null or (created_at, id) > ((select created from at), $5::bigint))
     order by created_at, id limit $3::bigint) f
   where $11::text = 'created')
  union all
  (select f.* from given cross join lateral (
     select * from fit where state = wanted and ($4::bigint is null or (coalesce(total_minor, -1), id) < ($4::bigint, $5::bigint))
     order by coalesce(total_minor, -1) desc, id desc limit $3::bigint) f
   where $11::text = '-total')
  union all
  (select f.* from given cross join lateral (
     select * from fit where state = wanted and ($4::bigint is null or (coalesce(total_minor, -1), id) > ($4::bigint, $5::bigint))
     order by coalesce(total_minor, -1), id limit $3::bigint) f
   where $11::text = 'total')
  union all
  (select * from fit
   where $12::boolean and $13::text is null and problem is not null and state = any ($1::text[])
     and ($4::bigint is null or case $11::text
       when '-created' then (created_at, id) < ((select created from at), $5::bigint)
       when 'created' then (created_at, id) > ((select created from at), $5::bigint)
       when '-total' then (worth, id) < ($4::bigint, $5::bigint) else (worth, id) > ($4::bigint, $5::bigint) end))
  union all
  (select f.* from order_day d join fit f on f.id = d.order_id
   where $13::text is not null and d.incomplete > 0 and ($13::text = 'unknown' or d.unknown > 0)
     and ($6::bigint is null or d.shop_date >= ('epoch'::timestamp + $6::bigint * interval '1 microsecond')::date - 1)
     and ($7::bigint is null or d.shop_date <= ('epoch'::timestamp + $7::bigint * interval '1 microsecond')::date + 1)
     and state = any ($1::text[]) and (not $12::boolean or problem is not null)
     and ($4::bigint is null or case $11::text
       when '-created' then (created_at, id) < ((select created from at), $5::bigint)
       when 'created' then (created_at, id) > ((select created from at), $5::bigint)
       when '-total' then (worth, id) < ($4::bigint, $5::bigint) else (worth, id) > ($4::bigint, $5::bigint) end))
), page as (
  select *, row_number() over (order by case $11::text when '-created' then created_at end desc, case $11::text when 'created' then created_at end,
                                        case $11::text when '-total' then worth end desc, case $11::text when 'total' then worth end,
                                        case when $11::text like '-%' then id end desc, id) as place
  from found order by place limit $3::bigint
),
-- include: common/order_rows.sql
select json_build_object(
  'orders', (select coalesce(json_agg(told order by place), '[]') from told),
  'next', case when (select count(*) from page) = $3::bigint then
    (select case when $11::text in ('-total', 'total') then worth else (extract(epoch from created_at) * 1000000)::bigint end || '-' || id
     from page order by place desc limit 1) end
) as json
