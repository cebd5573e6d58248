-- Product $1 is $2 at the shop.
update product set shop_gid = $2 where id = $1::bigint
