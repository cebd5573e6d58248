-- The active pricing rule, if there is one.  id, name, kind, spec
select id, name, kind, spec::text as spec from pricing_rule where active
