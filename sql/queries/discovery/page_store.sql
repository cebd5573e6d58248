-- Store a page of a search: $1 (json array of {"pid","sku","name","category_id","category","image","listed_num","price_min",
-- "price_max","currency","stock"}; null = not told), the category that was searched $2 ('' = none).  Each product gets its
-- snapshot of the UTC day, the last look counts.  Known products are updated and nothing is inserted, so that they use up no
-- ids.  One row: seen, added
with said as (
  select distinct on (pid) pid, nullif(sku, '') as sku, name, coalesce(nullif(category_id, ''), nullif($2, '')) as category_id,
         nullif(category, '') as category, nullif(image, '') as image, listed_num, price_min, price_max, currency, stock
  from jsonb_to_recordset($1::jsonb) as r(pid text, sku text, name text, category_id text, category text, image text,
                                          listed_num bigint, price_min bigint, price_max bigint, currency text, stock bigint)
  where pid <> '' order by pid
), known as (
  update product p
  set supplier_sku = coalesce(s.sku, p.supplier_sku), name = s.name, category_id = coalesce(s.category_id, p.category_id),
      category = coalesce(s.category, p.category), image_url = coalesce(s.image, p.image_url),
      listed_num = coalesce(s.listed_num, p.listed_num), price_min_minor = s.price_min, price_max_minor = s.price_max,
      currency = s.currency, stock = s.stock, seen_at = now()
  from said s where p.pid = s.pid
  returning p.id, p.pid, false as added
), fresh as (
  insert into product as o (pid, supplier_sku, name, category_id, category, image_url, state, listed_num, price_min_minor,
                            price_max_minor, currency, stock)
  select pid, sku, name, category_id, category, image, 'found', listed_num, price_min, price_max, currency, stock
  from said s where not exists (select 1 from product p where p.pid = s.pid)
  on conflict (pid) do update set seen_at = now()
  returning id, pid, true as added
), seen as (
  select * from known union all select * from fresh
), snapped as (
  insert into supplier_snapshot as o (product_id, day, listed_num, price_min_minor, price_max_minor, currency, stock)
  select n.id, (now() at time zone 'UTC')::date, s.listed_num, s.price_min, s.price_max, s.currency, s.stock
  from seen n join said s using (pid)
  on conflict (product_id, day) do update
  set at = now(), listed_num = coalesce(excluded.listed_num, o.listed_num), price_min_minor = excluded.price_min_minor,
      price_max_minor = excluded.price_max_minor, currency = excluded.currency, stock = coalesce(excluded.stock, o.stock)
), noted as (
  insert into product_event (product_id, step, text, detail)
  select f.id, 'found', 'The product was found at the supplier.',
         jsonb_strip_nulls(jsonb_build_object('listed_num', s.listed_num, 'price_min_minor', s.price_min,
                                              'price_max_minor', s.price_max, 'currency', s.currency, 'stock', s.stock))
  from fresh f join said s using (pid)
)
select count(*) as seen, count(*) filter (where added) as added from seen
