-- The supplier's credit $2 for order $1, given at $3: $4.
insert into supplier_credit (order_id, key, at, minor) values ($1::bigint, $2, $3::timestamptz, $4::bigint)
on conflict (key) do update set minor = excluded.minor
