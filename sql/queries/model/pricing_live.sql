-- A page of the products at the shop by id: $1 id of the last one of the page before (0 = first), $2 limit.
select id, name, landed_minor, price_minor, shop_currency from product
where state in ('listed', 'on_hold') and id > $1::bigint
order by id limit $2::bigint
