-- Rule $1.  name, kind, spec, active
select name, kind, spec::text as spec, active from pricing_rule where id = $1::bigint
