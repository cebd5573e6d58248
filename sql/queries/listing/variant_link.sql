-- Variant $1 is $2 at the shop, its inventory item $3, its quantity there $4; the stock watch starts anew.
update variant
set shop_gid = $2, inventory_item_gid = $3, shop_quantity = $4::bigint, low = false, checks_back = 0, checks_empty = 0,
    checked_at = coalesce(checked_at, now()), changed_at = now()
where id = $1::bigint
