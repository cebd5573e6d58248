-- Supplier variants of shop SKU $1, by rank: vid, supplier_sku, rank, snapshot_minor, confirmed.
select vid, supplier_sku, rank, snapshot_minor, confirmed_at is not null as confirmed
from variant_mapping where shop_sku = $1 order by rank, id
