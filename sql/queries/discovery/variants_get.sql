-- Variants of product $1, in the supplier's order (that of their first sight).
select id, vid, sku, name, image_url, options, weight_g, cost_minor, cost_currency, stock, landed_minor, price_minor,
       shop_currency, shop_gid, inventory_item_gid, offered, left_out, shop_quantity, low, checks_back, checks_empty,
       gone_at is not null as gone
from variant where product_id = $1::bigint order by id
