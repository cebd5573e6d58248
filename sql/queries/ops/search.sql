-- Orders, products and jobs that fit the words $1 (2 to 100 bytes); $2 NULL unless they are an id.  Beginnings are ranges of bytes,
-- for which the plan is an index whatever the words are.  json: [{"kind","id","title","text","href"}], at most some 30, the surest first
with words as (
  select to_tsquery('simple', string_agg(w || ':*', ' & ')) as query
  from regexp_split_to_table(regexp_replace(lower($1), '[^[:alnum:]]+', ' ', 'g'), ' +') w where w <> ''
), orders as (
  (select id, 1 as rank from shop_order where name in ($1, '#' || $1) limit 5)
  union all (select id, 1 from shop_order where gid = $1)
  union all (select s.order_id, 1 from supplier_order s where s.our_number = $1 limit 5)
  union all (select s.order_id, 1 from supplier_order s where s.cj_order_id = $1 limit 5)
  union all (select s.order_id, 2 from parcel p join supplier_order s on s.id = p.supplier_order_id where p.tracking_number = $1 limit 5)
  union all (select id, 3 from shop_order
             where name ~>=~ ('#' || ltrim($1, '#')) and name ~<~ ('#' || ltrim($1, '#') || chr(1114111))
             order by name using ~<~ limit 5)
  union all (select id, 3 from shop_order
             where length($1) >= 3 and customer_key ~>=~ lower($1) and customer_key ~<~ (lower($1) || chr(1114111))
             order by customer_key using ~<~ limit 5)
), products as (
  (select id, 1 as rank from product where pid = $1)
  union all (select id, 1 from product where handle = $1)
  union all (select id, 1 from product where shop_gid = $1)
  union all (select id, 2 from product where id = $2::bigint)
  union all (select v.product_id, 2 from variant v where v.vid = $1)
  union all (select p.id, 3 from words w, product p where to_tsvector('simple', p.name) @@ w.query limit 10)
), jobs as (
  (select jid, type, outcome, queue from job_run where jid = $1 order by started_at desc limit 1)
  union all (select jid, class, 'dead', queue from dead_job where jid = $1 limit 1)
), hits as (
  select min(o.rank) as rank, 1 as sort, 'order' as kind, s.id::text as id, s.name as title,
         concat_ws(' · ', s.state, lower(replace(s.hold_code, '_', ' ')), s.email) as text, '/orders?open=' || s.id as href
  from orders o join shop_order s on s.id = o.id group by s.id
  union all
  select min(r.rank), 2, 'product', p.id::text, p.name, concat_ws(' · ', p.state, p.category), '/products?open=' || p.id
  from products r join product p on p.id = r.id group by p.id
  union all
  select 1, 3, 'job', jid, type, concat_ws(' · ', outcome, queue), '/jobs?open=' || jid from (select distinct on (jid) * from jobs) j
)
select coalesce(json_agg(json_build_object('kind', kind, 'id', id, 'title', title, 'text', text, 'href', href) order by rank, sort, id), '[]')
  as json
from (select * from hits order by rank, sort, id limit 30) h
