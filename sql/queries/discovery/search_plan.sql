-- Searches of a scan, the one that waits longest first, at most $3: category ids $1 and words $2, both comma-separated.  With
-- neither: every category of the supplier.  category_id, keyword ('' = without)
with categories as (
  select distinct trim(c) as id from regexp_split_to_table($1, ',') c where trim(c) <> ''
), words as (
  select distinct trim(w) as word from regexp_split_to_table($2, ',') w where trim(w) <> ''
), wanted as (
  select id as category_id, word as keyword from categories cross join words
  union all select id, '' from categories where not exists (select 1 from words)
  union all select '', word from words where not exists (select 1 from categories)
  union all select id, '' from supplier_category
            where not exists (select 1 from words) and not exists (select 1 from categories)
)
select w.category_id, w.keyword from wanted w left join discovery_search s using (category_id, keyword)
order by s.searched_at nulls first, w.category_id, w.keyword limit $3::integer
