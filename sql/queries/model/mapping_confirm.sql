-- Confirm mapping $1 (shop SKU), $2 (vid) by person $3; no row when it is missing or confirmed already.
update variant_mapping set confirmed_at = now(), confirmed_by = $3
where shop_sku = $1 and vid = $2 and confirmed_at is null
