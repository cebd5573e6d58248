-- Nothing of product $1 is in stock at the shop.
update variant set shop_quantity = 0 where product_id = $1::bigint and shop_gid is not null and shop_quantity is distinct from 0
