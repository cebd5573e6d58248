-- Order $1 (id) as the jobs need it; instants as microseconds since 1970.  One row or none.
select id, gid, name, state, mode, financial, test, detail_hash, hold_code, released_by, problem, next_job, customer_key,
       (extract(epoch from created_at) * 1000000)::bigint as created_us,
       (extract(epoch from shop_updated_at) * 1000000)::bigint as shop_updated_us,
       (extract(epoch from shop_checked_at) * 1000000)::bigint as shop_checked_us,
       (extract(epoch from fulfilled_at) * 1000000)::bigint as fulfilled_us,
       (extract(epoch from shop_cancelled_at) * 1000000)::bigint as shop_cancelled_us,
       (extract(epoch from next_run_at) * 1000000)::bigint as next_run_us
from shop_order where id = $1::bigint
