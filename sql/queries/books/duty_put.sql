-- Duty of order $1 as it was billed: $2.
update shop_order set supply_duty_minor = $2::bigint, supply_duty_source = 'invoice' where id = $1::bigint
