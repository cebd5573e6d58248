-- Freight of $2 pieces of variant $1 from $3 to $4 as just quoted: $5 (json array).
insert into freight_quote (vid, quantity, origin, dest, methods) values ($1, $2::integer, $3, $4, $5::jsonb)
on conflict (vid, quantity, origin, dest) do update set methods = excluded.methods, quoted_at = now()
