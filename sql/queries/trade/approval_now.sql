-- What is to be decided about order, product or proposal ($1) number $2; no row when there is none.  seen is NULL when nothing waits
-- for a person there (any more).  title, lock (name of the lock of whoever changes it), seen
select o.name as title, 'order:' || o.id as lock, approval_order_seen(o) as seen
from shop_order o where $1::text = 'order' and o.id = $2::bigint
union all
select p.name, 'product:' || p.id, approval_product_seen(p) from product p where $1::text = 'product' and p.id = $2::bigint
union all
select r.text, r.subject, approval_proposal_seen(r) from proposal r where $1::text = 'proposal' and r.id = $2::bigint
