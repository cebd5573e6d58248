-- Does mapping $1 (shop SKU), $2 (vid) exist?  One row or none.
select id from variant_mapping where shop_sku = $1 and vid = $2
