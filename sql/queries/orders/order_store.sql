-- The shop's answer about order $1: updated at $2, financial $3, cancelled at $4, test $5, total $6 $7, e-mail $8,
-- customer key $9, address $10 (json), risk $11.
update shop_order
set shop_checked_at = $2::timestamptz, shop_updated_at = greatest(shop_updated_at, $2::timestamptz), financial = $3,
    shop_cancelled_at = $4::timestamptz, test = $5::boolean, total_minor = $6::bigint, currency = $7, email = $8,
    customer_key = $9, address = $10::jsonb, risk = $11, changed_at = now()
where id = $1::bigint
