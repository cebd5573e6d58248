-- Product $1 sells for $2 now, by a landed cost of $3, with a contribution of $4, margin $5 (NULL = unknown).
update product
set price_minor = $2::bigint, landed_minor = $3::bigint, margin_minor = $4::bigint, margin_ppm = $5::bigint, repriced_at = now()
where id = $1::bigint
