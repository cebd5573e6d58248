-- Confirmed mapping $1 (shop SKU), $2 (vid) comes first; the others of the SKU follow in their order.  No row when it is missing or
-- not confirmed.
update variant_mapping m set rank = o.place
from (select id, row_number() over (order by vid <> $2, rank, id) as place from variant_mapping where shop_sku = $1) o
where m.id = o.id and exists (select from variant_mapping c where c.shop_sku = $1 and c.vid = $2 and c.confirmed_at is not null)
