-- Remember fingerprint $2 of order $1: the change it shows has been told.
update shop_order set detail_hash = $2 where id = $1::bigint
