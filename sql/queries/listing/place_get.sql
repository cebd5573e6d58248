-- Places of the shop that listings need.  Result: name, gid.
select name, gid from shop_place
