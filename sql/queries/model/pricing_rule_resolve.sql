-- The rule with id $2 (NULL when $1 is no number) or name $1.  id
select id from pricing_rule where id = $2::bigint or name = $1 order by (id = $2::bigint) desc nulls last limit 1
