-- The mapping of SKU $2 to supplier variant $3 where order $1 has that SKU; no row when it has not.  json
select json_build_object('sku', m.shop_sku, 'vid', m.vid) as json
from variant_mapping m
where m.shop_sku = $2 and m.vid = $3 and exists (select 1 from order_line l where l.order_id = $1::bigint and l.sku = m.shop_sku)
