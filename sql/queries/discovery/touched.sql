-- Categories of products that were seen since scan $1 began; one row with NULL when some have none.  category_id
select distinct category_id from product
where seen_at >= (select started_at from discovery_run where id = $1::bigint)
