-- Rule $1 is the active one; pricing_rules_rest went before.
update pricing_rule set active = true, applied_at = now() where id = $1::bigint
