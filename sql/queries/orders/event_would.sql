-- Has decision $2 (hash) of order $1 been noted already?  noted
select exists (select 1 from order_event
               where order_id = $1::bigint and step = 'would' and detail ->> 'hash' = $2) as noted
