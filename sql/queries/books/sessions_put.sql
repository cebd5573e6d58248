-- Sessions of shop day $1: $2, $3 of them with an order, as $4 counts.
insert into store_sessions (shop_date, sessions, with_order, source) values ($1::date, $2::bigint, $3::bigint, $4)
on conflict (shop_date) do update
set sessions = excluded.sessions, with_order = excluded.with_order, source = excluded.source, read_at = now()
