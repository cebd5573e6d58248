-- One change of the active rule at a time; lists go on meanwhile.
lock table pricing_rule in share row exclusive mode
