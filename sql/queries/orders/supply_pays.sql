-- A payment of supplier order $1 is sent now.
update supplier_order set pay_tried_at = now() where id = $1::bigint
