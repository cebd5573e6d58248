-- Does the newest text of product $1 say all that $2 (JSON object) says already?  same
select to_jsonb(t) = to_jsonb(t) || $2::jsonb as same
from listing_text t where t.product_id = $1::bigint order by t.version desc limit 1
