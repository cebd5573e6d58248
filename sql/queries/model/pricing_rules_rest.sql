-- No rule is active any more.
update pricing_rule set active = false where active
