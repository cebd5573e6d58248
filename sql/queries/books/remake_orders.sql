-- Book the $2 orders after id $1 anew.
select books_run(array(select id from shop_order where id > $1::bigint order by id limit $2::integer)) as done
