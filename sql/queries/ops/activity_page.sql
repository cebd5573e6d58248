-- A page of the activity, newest first: what people and keys did (audit), what the programs did with orders and products (their
-- events, without those that repeat a person's word in the audit).
-- $1 by: 'time', 'what', 'object', 'one'; $2 who; $3 action "order.hold"; $4 and $5 the same as a step of an order and of a product;
-- $6 subject "order:7"; $7 and $8 its id as an order and as a product; $9 and $10 not before and before (microseconds); $11 limit;
-- $12, $13, $14 time (microseconds), source (3 audit, 2 order, 1 product) and id of the last entry before; all may be NULL but $1, $11.
-- 'one': $13 and $14 alone.  Each source gives at most 3000 rows to the filter of $2; "next" goes on where they ended.
-- json: {"activity":[{"id","at","who","what","object":{"kind","id","name"},"text","rule","numbers","read_back",
-- "undo":{"possible","why"}}],"next"}; rows of 'one' have "subject", too
with bounds as materialized (
  select coalesce('epoch'::timestamptz + $9::bigint * interval '1 microsecond', '-infinity') as since,
         coalesce('epoch'::timestamptz + $10::bigint * interval '1 microsecond', 'infinity') as until,
         coalesce('epoch'::timestamptz + $12::bigint * interval '1 microsecond', 'infinity') as last
), row as materialized ( -- of each source, entries of the very time `last` that are before the last one have a lower id
  select src, case when $12::bigint is null or $13::integer > src then 9223372036854775807 when $13::integer = src then $14::bigint else 0 end as below
  from generate_series(1, 3) as src
), people as not materialized (
  select 3 as src, id, at, who, action as what, subject, null::text as text, detail as numbers from audit
  where at >= (select since from bounds) and at < (select until from bounds)
    and (at, id) < ((select last from bounds), (select below from row where src = 3))
), orders as not materialized (
  select 2 as src, id, at, coalesce('rule:' || code, 'system') as who, 'order.' || step as what, 'order:' || order_id as subject, text,
         detail as numbers, step, order_id from order_event
  where code is distinct from 'PERSON' and at >= (select since from bounds) and at < (select until from bounds)
    and (at, id) < ((select last from bounds), (select below from row where src = 2))
), products as not materialized (
  select 1 as src, id, at, coalesce(who, 'rule:' || code, 'system') as who, 'product.' || step as what, 'product:' || product_id as subject, text,
         detail as numbers, step, product_id from product_event
  where code is distinct from 'PERSON' and at >= (select since from bounds) and at < (select until from bounds)
    and (at, id) < ((select last from bounds), (select below from row where src = 1))
), seen as ( -- each branch has an index of its own
  (select src, id, at, who, what, subject, text, numbers from people where $1::text = 'time'
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from orders where $1::text = 'time'
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from products where $1::text = 'time'
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from people where $1::text = 'what' and what = $3
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from orders where $1::text = 'what' and step = $4
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from products where $1::text = 'what' and step = $5
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from people where $1::text = 'object' and subject = $6
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from orders where $1::text = 'object' and order_id = $7::bigint
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from products where $1::text = 'object' and product_id = $8::bigint
   order by at desc, id desc limit case when $2::text is null then $11::bigint else 3000 end)
  union all
  (select src, id, at, who, what, subject, text, numbers from people where $1::text = 'one' and $13::integer = 3 and id = $14::bigint)
  union all
  (select src, id, at, who, what, subject, text, numbers from orders where $1::text = 'one' and $13::integer = 2 and id = $14::bigint)
  union all
  (select src, id, at, who, what, subject, text, numbers from products where $1::text = 'one' and $13::integer = 1 and id = $14::bigint)
), horizon as ( -- a source that was cut off is known down to here only
  select max(low) as at from (select min(at) as low from seen group by src having count(*) >= 3000) s where $2::text is not null
), page as (
  select s.* from seen s, horizon h
  where ($2::text is null or s.who = $2) and (h.at is null or s.at > h.at or $13::integer = 4)
  order by s.at desc, s.src desc, s.id desc limit $11::bigint
), named as (
  select p.*, case p.src when 3 then 'audit' when 2 then 'order' else 'product' end as source,
    case when p.what = 'setting.change' then 'setting' when position(':' in p.subject) > 0 then split_part(p.subject, ':', 1)
         else split_part(p.what, '.', 1) end as kind,
    case when p.what <> 'setting.change' and position(':' in p.subject) > 0 then substr(p.subject, position(':' in p.subject) + 1)
         else p.subject end as about
  from page p
), told as (
  select n.*,
    case when n.kind = 'order' and n.about ~ '^[0-9]{1,18}$' then (select name from shop_order o where o.id = n.about::bigint)
         when n.kind = 'product' and n.about ~ '^[0-9]{1,18}$' then (select name from product r where r.id = n.about::bigint) end as name,
    case when n.src = 2 and substr(n.what, 7) in ('placed', 'paid', 'fulfilled')
           then (select 'ledger: ' || string_agg(e.kind || ' ' || e.state, ', ' order by e.created_at) from effect e
                 where e.subject = n.subject)
         when n.src = 1 and n.what in ('product.listed', 'product.repriced') then 'the shop was read back' end as read_back
  from named n
), last as (
  select at, src, id from page order by at, src, id limit 1
)
select json_build_object(
  'activity', (select coalesce(json_agg(json_build_object(
      'id', source || '-' || id, 'at', at, 'who', who, 'what', what,
      'object', json_build_object('kind', kind, 'id', about, 'name', coalesce(name, about)),
      'text', coalesce(text, case
        when what = 'setting.change' then subject || ': ' || (numbers ->> 'old') || ' -> ' || (numbers ->> 'new')
        when numbers ? 'reason' and numbers ->> 'reason' is not null
          then replace(what, '.', ' ') || ' ' || coalesce(name, about) || ': ' || (numbers ->> 'reason')
        else replace(what, '.', ' ') || case when about = what or about = kind then '' else ' ' || coalesce(name, about) end end),
      'rule', case when who like 'rule:%' then substr(who, 6) end,
      'numbers', coalesce(numbers, '{}'), 'read_back', read_back,
      'undo', (select json_build_object('possible', u.possible, 'why', u.why)
               from activity_undo(source, id, what, subject, coalesce(numbers, '{}')) u))
    order by at desc, src desc, id desc), '[]') from told),
  'next', case when $1::text = 'one' then null
               when (select count(*) from page) >= $11::bigint
                 then (select (extract(epoch from at) * 1000000)::bigint || '-' || src || '-' || id from last)
               when (select at from horizon) is not null
                 then (select (extract(epoch from at) * 1000000)::bigint || case when (select at from horizon) = 'epoch'::timestamptz + $12::bigint * interval '1 microsecond' and $13::integer = 4
                         then '-0-0' else '-4-0' end from horizon) end
) as json
