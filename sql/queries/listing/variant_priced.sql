-- Variant $1 sells for $2 at the shop, by a landed cost of $3.
update variant set price_minor = $2::bigint, landed_minor = $3::bigint, changed_at = now() where id = $1::bigint
