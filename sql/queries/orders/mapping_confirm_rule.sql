-- Confirm by rule that supplier variant $2 ($3 its SKU, $4 its product, $5 cents) is sent for shop SKU $1, as the main one.
insert into variant_mapping (shop_sku, vid, supplier_sku, supplier_pid, rank, snapshot_minor, confirmed_at, confirmed_by)
values ($1, $2, $3, $4, 1, $5::bigint, now(), 'rule:exact-sku')
on conflict (shop_sku, vid) do update
set rank = 1, snapshot_minor = excluded.snapshot_minor, snapshot_at = now(), confirmed_at = now(),
    confirmed_by = excluded.confirmed_by
where variant_mapping.confirmed_at is null
