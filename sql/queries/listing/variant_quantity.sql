-- Quantity $2 of variant $1 is at the shop.
update variant set shop_quantity = $2::bigint, changed_at = now() where id = $1::bigint
