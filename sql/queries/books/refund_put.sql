-- Refund $2 of order $1, made at $3: shipping $4, taxes beside the lines' $5, duties $6, adjustment $7.  id
insert into order_refund as r (order_id, gid, at, shipping_minor, tax_minor, duties_minor, adjustment_minor)
values ($1::bigint, $2, $3::timestamptz, $4::bigint, $5::bigint, $6::bigint, $7::bigint)
on conflict (gid) do update
set shipping_minor = excluded.shipping_minor, tax_minor = excluded.tax_minor, duties_minor = excluded.duties_minor,
    adjustment_minor = excluded.adjustment_minor
returning id
