-- An order as a list shows it: gid $1, name $2, state for a new one $3, created $4, updated $5, financial $6, cancelled at $7,
-- test $8, total $9 $10, next job of a new one $11 at $12.  No row when the same or a newer state is known; else
-- id, inserted, state, whether our own last full read has seen this change (seen), and whether a job is on its way (open).
insert into shop_order as o (gid, name, state, created_at, shop_updated_at, financial, shop_cancelled_at, test, total_minor,
                             currency, next_job, next_run_at)
values ($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7::timestamptz, $8::boolean, $9::bigint, $10, $11, $12::timestamptz)
on conflict (gid) do update
set name = excluded.name, shop_updated_at = excluded.shop_updated_at, financial = excluded.financial,
    shop_cancelled_at = excluded.shop_cancelled_at, test = excluded.test, total_minor = excluded.total_minor,
    currency = excluded.currency, changed_at = now()
where o.shop_updated_at < excluded.shop_updated_at
returning id, (xmax = 0) as inserted, state, hold_code, next_job,
          coalesce(shop_checked_at >= shop_updated_at, false) as seen
