-- Snapshots older than $1 days go, at most $2 of them.
delete from supplier_snapshot
where (product_id, day) in (select product_id, day from supplier_snapshot
                            where day < (now() at time zone 'UTC')::date - $1::integer limit $2::integer)
