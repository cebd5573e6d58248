-- The lines of order $1 are those of $2 (json array); lines that are not in it any more stay with quantity 0.
with given as (
  select * from jsonb_to_recordset($2::jsonb) as g (line_gid text, title text, sku text, variant_gid text, quantity integer,
                                                    to_ship integer, unit_price_minor bigint, currency text)
), gone as (
  update order_line set quantity = 0, to_ship = 0
  where order_id = $1::bigint and line_gid not in (select line_gid from given)
)
insert into order_line (order_id, line_gid, title, sku, variant_gid, quantity, to_ship, unit_price_minor, currency)
select $1::bigint, line_gid, title, sku, variant_gid, quantity, to_ship, unit_price_minor, currency from given
on conflict (order_id, line_gid) do update
set title = excluded.title, sku = excluded.sku, variant_gid = excluded.variant_gid, quantity = excluded.quantity,
    to_ship = excluded.to_ship, unit_price_minor = excluded.unit_price_minor, currency = excluded.currency
