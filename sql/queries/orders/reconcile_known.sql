-- Which of the gids $1 (text array) we have no order for.  gid
select g.gid from unnest($1::text[]) as g (gid) where not exists (select 1 from shop_order o where o.gid = g.gid)
