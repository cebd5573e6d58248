-- The supplier does not know supplier order $1 just now.
update supplier_order set missing_at = coalesce(missing_at, now()) where id = $1::bigint
