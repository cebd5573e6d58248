-- Keep place $1 of the shop: gid $2, title $3.
insert into shop_place (name, gid, title) values ($1, $2, $3)
on conflict (name) do update set gid = excluded.gid, title = excluded.title, updated_at = now()
