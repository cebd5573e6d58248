-- $1 shop SKU, $2 vid, $3 supplier SKU, $4 price in minor units, $5 currency; the rank is the next free one of the SKU.
insert into variant_mapping (shop_sku, vid, supplier_sku, rank, snapshot_minor, snapshot_currency)
select $1, $2, $3, coalesce(max(rank), 0) + 1, $4::bigint, $5 from variant_mapping where shop_sku = $1
