-- What a person's word about product $1 depends on, locked until the transaction ends; no row when there is none.
-- name, state, decided_by, decision_rule, decision_text, approved_by, shop_currency, price_minor, next_job, at_shop, texts (versions so far)
select name, state, decided_by, decision_rule, decision_text, approved_by, shop_currency, price_minor, next_job, shop_gid is not null as at_shop,
       (select count(*) from listing_text t where t.product_id = product.id) as texts
from product where id = $1::bigint for update
