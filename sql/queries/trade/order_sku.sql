-- SKU $2 where order $1 has it; no row when it has not.  json
select json_build_object('sku', sku) as json from order_line where order_id = $1::bigint and sku = $2 limit 1
