-- Seconds since a payment of supplier order $1 was last sent.  age_s (NULL = never)
select extract(epoch from now() - pay_tried_at)::bigint as age_s from supplier_order where id = $1::bigint
