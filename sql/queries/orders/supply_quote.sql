-- Supplier order $1, not paid yet, was quoted anew: goods $2, freight $3, cap $4.
update supplier_order
set goods_minor = $2::bigint, freight_minor = $3::bigint, quoted_minor = $2::bigint + $3::bigint, cap_minor = $4::bigint,
    changed_at = now()
where id = $1::bigint and state in ('intent', 'created', 'unpaid')
