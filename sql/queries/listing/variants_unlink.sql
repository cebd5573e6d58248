-- The variants of product $1 are about to be linked to the shop's anew.
update variant set shop_gid = null, inventory_item_gid = null where product_id = $1::bigint and shop_gid is not null
