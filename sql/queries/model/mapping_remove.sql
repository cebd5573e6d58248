-- Remove mapping $1 (shop SKU), $2 (vid).
delete from variant_mapping where shop_sku = $1 and vid = $2
