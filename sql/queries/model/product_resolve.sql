-- The product whose id is $2 (NULL when $1 is no number), or whose supplier id, handle or gid of the shop is $1.  id
select id from product where id = $2::bigint or pid = $1 or handle = $1 or shop_gid = $1
order by (id = $2::bigint) desc nulls last, id limit 1
