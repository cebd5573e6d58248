-- Orders named $1 ("1001", "#1001" or a gid), or with id $2 (NULL when $1 is no number); names go before ids, at most two rows.
-- id, by_name
select id, (name in ($1, '#' || $1) or gid = $1) as by_name from shop_order
where name in ($1, '#' || $1) or gid = $1 or id = $2::bigint
order by by_name desc, id desc limit 3
