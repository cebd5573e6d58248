-- Has step $2 with code $3 been noted for order $1?  noted
select exists (select 1 from order_event
               where order_id = $1::bigint and step = $2 and code is not distinct from $3) as noted
