-- The locks of the products named in $1 (JSON array of {"id"}), held until the transaction ends: waits for jobs that work on them.
select pg_advisory_xact_lock(hashtextextended('product:' || id, 0))
from (select (c ->> 'id')::bigint as id from jsonb_array_elements($1::jsonb) c order by 1) i
