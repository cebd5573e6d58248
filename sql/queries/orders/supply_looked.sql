-- Another look at supplier order $1.
update supplier_order set looks = looks + 1 where id = $1::bigint
