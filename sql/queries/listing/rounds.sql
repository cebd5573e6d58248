-- How many times product $1 has gone back to a person or out of the shop.  Result: rounds.
select count(*) as rounds from product_event where product_id = $1::bigint and step in ('review', 'unlisted')
