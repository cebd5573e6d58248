-- What needs a person, by Postgres.  Counts end at 10001 ("10,000+").  What waits is counted once, where it is
-- worked on: "approvals" are questions (release, publish, proposals), not the orders on hold and the texts that the list of approvals
-- has beside them and "orders" and "products" count.
-- json: {"counts":{"products","orders","ads","service","approvals"},"items":[{"kind","text","href","count"}]}, most urgent first
with held as (
  select hold_code as code, count(*) as n, min(held_at) as since
  from (select hold_code, held_at from shop_order where state = 'held' limit 10001) h group by hold_code
), n as (
  select (select coalesce(sum(n), 0) from held) as held,
         (select count(*) from (select 1 from shop_order where state = 'approval' limit 10001) x) as order_approval,
         (select count(*) from (select 1 from shop_order where problem is not null and state <> 'held' limit 10001) x)
           as order_problem,
         (select count(*) from (select 1 from product where state = 'needs_review' limit 10001) x) as review,
         (select count(*) from (select 1 from product where state = 'approval' limit 10001) x) as product_approval,
         (select count(*) from (select 1 from product where state = 'on_hold' limit 10001) x) as on_hold,
         (select count(*) from (select 1 from product where problem is not null
                                  and state not in ('approval', 'needs_review', 'on_hold', 'rejected') limit 10001) x) as product_problem,
         (select count(*) from (select 1 from proposal where state = 'open' limit 10001) x) as proposals,
         (select count(*) from (select 1 from effect where state = 'unknown' limit 10001) x) as unknown,
         (select count(*) from (select 1 from contact_message where state = 'new' limit 10001) x) as messages
), items as (
  select 1 as rank, 'setup' as kind, text || coalesce(' ' || mend, '') as text, '/automation?tab=health' as href, 1::bigint as count,
         name as tie from setup_finding where level = 'fail'
  union all
  select 2, 'effect', 'acts whose outcome is unknown: look before anything is repeated', '/orders?view=exceptions', unknown, ''
  from n where unknown > 0
  union all
  select 3, 'reconcile', 'orders that the last comparison misses at the supplier or finds twice', '/orders?view=exceptions',
         (missing + doubled)::bigint, ''
  from (select missing, doubled from reconcile_run order by id desc limit 1) r where missing + doubled > 0
  union all
  select 4, 'order.held', 'orders on hold: ' || lower(replace(coalesce(code, 'unknown reason'), '_', ' ')),
         '/orders?state=held' || coalesce('&reason=' || code, ''), n, coalesce(code, '') from held
  union all
  select 5, 'order.problem', 'orders with a problem', '/orders?view=exceptions', order_problem, '' from n where order_problem > 0
  union all
  select 6, 'order.approval', 'orders wait for your yes', '/approvals?type=release', order_approval, '' from n
  where order_approval > 0
  union all
  select 7, 'product.approval', 'products wait for your yes', '/approvals?type=publish', product_approval, '' from n
  where product_approval > 0
  union all
  select 8, 'product.review', 'products whose texts need a look', '/products?state=needs_review', review, '' from n where review > 0
  union all
  select 9, 'proposal', 'proposals to decide', '/approvals?type=price', proposals, '' from n where proposals > 0
  union all
  select 10, 'product.held', 'live products on hold', '/products?state=on_hold', on_hold, '' from n where on_hold > 0
  union all
  select 11, 'product.problem', 'products with a problem', '/products?problem=true', product_problem, '' from n
  where product_problem > 0
  union all
  select 12, 'message', 'new messages', '/service?state=new', messages, '' from n where messages > 0
)
select json_build_object(
  'counts', (select json_build_object('products', review + on_hold + product_problem, 'orders', held + order_problem, 'ads', 0,
                                      'service', messages,
                                      'approvals', least(order_approval + product_approval + proposals, 10001)) from n),
  'items', (select coalesce(json_agg(json_build_object('kind', kind, 'text', text, 'href', href, 'count', count)
                                     order by rank, count desc, tie), '[]') from (select * from items order by rank, count desc, tie limit 40) i)
) as json
