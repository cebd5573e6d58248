-- The shop names itself: name $1, currency $2, time zone $3.
insert into shop_info (name, currency, timezone) values ($1, $2, $3)
on conflict (one) do update set name = excluded.name, currency = excluded.currency, timezone = excluded.timezone, read_at = now()
