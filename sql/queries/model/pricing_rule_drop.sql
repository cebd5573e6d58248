-- Delete rule $1 unless it is active.
delete from pricing_rule where id = $1::bigint and not active
