-- Version $2 of its texts is at the shop for product $1.
update product set listed_version = $2::integer where id = $1::bigint
