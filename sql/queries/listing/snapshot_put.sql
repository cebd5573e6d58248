-- What the supplier said today about product $1: listings $2, prices $3 to $4, stock $5; NULL keeps what was said before.
insert into supplier_snapshot (product_id, day, listed_num, price_min_minor, price_max_minor, stock)
values ($1::bigint, (now() at time zone 'UTC')::date, $2::bigint, $3::bigint, $4::bigint, $5::bigint)
on conflict (product_id, day) do update
set at = now(), listed_num = coalesce(excluded.listed_num, supplier_snapshot.listed_num),
    price_min_minor = coalesce(excluded.price_min_minor, supplier_snapshot.price_min_minor),
    price_max_minor = coalesce(excluded.price_max_minor, supplier_snapshot.price_max_minor), stock = excluded.stock
