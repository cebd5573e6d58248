-- Orders of shop SKU $1 (variant $2 at the shop) get supplier variant $3, SKU $4 of product $5, costing $6 in currency $7 now:
-- confirmed by rule, the main one when nobody else is.
insert into variant_mapping (shop_sku, shop_variant_gid, vid, supplier_sku, supplier_pid, rank, snapshot_minor, snapshot_currency,
                             confirmed_at, confirmed_by)
select $1, $2, $3, $4, $5, coalesce(max(rank), 0) + 1, $6::bigint, $7, now(), 'rule:listing' from variant_mapping where shop_sku = $1
on conflict (shop_sku, vid) do update
set shop_variant_gid = excluded.shop_variant_gid, snapshot_minor = excluded.snapshot_minor,
    snapshot_currency = excluded.snapshot_currency, snapshot_at = now(),
    confirmed_at = coalesce(variant_mapping.confirmed_at, now()),
    confirmed_by = coalesce(variant_mapping.confirmed_by, excluded.confirmed_by)
