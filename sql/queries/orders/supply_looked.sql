-- Another look at supplier order $1, which is there; $2: it has been shipped.
update supplier_order
set looks = looks + 1, missing_at = null, shipped_at = case when $2::boolean then coalesce(shipped_at, now()) end
where id = $1::bigint
