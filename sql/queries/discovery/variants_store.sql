-- Variants of product $1 as just judged, in shop currency $3: $2 (json array of {"vid","sku","name","options","image","weight_g",
-- "cost_minor","stock","landed_minor","price_minor","offered","left_out"}).  Those the supplier no longer names are marked gone.  A variant
-- that is another product's stays there.  What is judged is not on sale, so a price it once had there holds no more.
with said as (
  select *, row_number() over () as place
  from jsonb_to_recordset($2::jsonb) as v(vid text, sku text, name text, options jsonb, image text, weight_g bigint,
         cost_minor bigint, stock bigint, landed_minor bigint, price_minor bigint, offered boolean, left_out text)
), gone as (
  update variant set gone_at = coalesce(gone_at, now()), offered = false, left_out = 'GONE', changed_at = now()
  where product_id = $1::bigint and vid not in (select vid from said)
)
insert into variant as o (product_id, vid, sku, name, options, image_url, weight_g, cost_minor, stock, landed_minor, price_minor,
                          shop_currency, offered, left_out, checked_at)
select $1::bigint, vid, sku, name, options, nullif(image, ''), weight_g, cost_minor, stock, landed_minor, price_minor, $3, offered,
       left_out, now()
from (select distinct on (vid) * from said order by vid, place) s order by place
on conflict (vid) do update
set sku = excluded.sku, name = excluded.name, options = excluded.options, image_url = excluded.image_url,
    weight_g = excluded.weight_g, cost_minor = excluded.cost_minor, stock = excluded.stock,
    landed_minor = excluded.landed_minor, price_minor = excluded.price_minor, shop_currency = excluded.shop_currency,
    offered = excluded.offered, left_out = excluded.left_out, gone_at = null, checked_at = now(), changed_at = now()
where o.product_id = $1::bigint
