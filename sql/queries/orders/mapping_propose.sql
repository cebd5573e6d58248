-- Propose supplier variant $2 ($3 its SKU, $4 its product) at $5 cents for shop SKU $1, at the next free rank.
insert into variant_mapping (shop_sku, vid, supplier_sku, supplier_pid, rank, snapshot_minor)
select $1, $2, $3, $4, coalesce(max(rank), 0) + 1, $5::bigint from variant_mapping where shop_sku = $1
on conflict (shop_sku, vid) do nothing
