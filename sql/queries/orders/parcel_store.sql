-- A parcel of supplier order $1: supplier's id $2, tracking number $3, url $4, carrier $5, lines $6 (json), status $7.
-- Returns id, fresh (new, or its number is another than before).
with before as (
  select tracking_number from parcel where supplier_order_id = $1::bigint and cj_order_id = $2
)
insert into parcel (supplier_order_id, cj_order_id, tracking_number, tracking_url, carrier, lines, status)
values ($1::bigint, $2, $3, $4, $5, $6::jsonb, $7)
on conflict (supplier_order_id, cj_order_id) do update
set tracking_number = excluded.tracking_number, tracking_url = excluded.tracking_url, carrier = excluded.carrier,
    lines = excluded.lines, status = excluded.status, changed_at = now()
returning id, coalesce((select tracking_number from before), '') <> $3 as fresh
