-- The supplier's categories as just read: $1 (json array of {"id","name","parents"}).  Those that are gone go.
with said as (
  select distinct on (id) id, name, parents
  from jsonb_to_recordset($1::jsonb) as c(id text, name text, parents text) where id <> '' order by id
), gone as (
  delete from supplier_category where id not in (select id from said)
)
insert into supplier_category (id, name, parents) select id, name, parents from said
on conflict (id) do update set name = excluded.name, parents = excluded.parents, read_at = now()
