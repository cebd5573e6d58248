-- All mappings as a JSON array, by SKU and rank.  json
select coalesce(json_agg(json_build_object('shop_sku', shop_sku, 'vid', vid, 'supplier_sku', supplier_sku, 'rank', rank,
         'snapshot', json_build_object('minor', snapshot_minor, 'currency', snapshot_currency), 'snapshot_at', snapshot_at,
         'confirmed_at', confirmed_at, 'confirmed_by', confirmed_by) order by shop_sku, rank, id), '[]') as json
from variant_mapping
