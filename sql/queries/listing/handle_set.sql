-- Give product $1 the handle $2, unless it has one: a handle never changes.  Result: handle.
update product set handle = coalesce(handle, $2) where id = $1::bigint returning handle
