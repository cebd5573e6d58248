-- The newest orders, at most $1, for which the shop was told of parcels: id, gid, name.
select o.id, o.gid, o.name from shop_order o
where o.state in ('shipped', 'fulfilled') and o.fulfilled_at > now() - interval '2 days'
order by o.fulfilled_at desc limit $1::integer
