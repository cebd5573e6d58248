-- The rule with name $1, and whether its kind is $2 and its spec $3.  id, same
select id, kind = $2 and spec = $3::jsonb as same from pricing_rule where name = $1
