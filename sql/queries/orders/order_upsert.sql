-- An order as a list shows it: gid $1, name $2, state for a new one $3, created $4, updated $5, financial $6, cancelled at $7,
-- test $8, total $9 $10, next job of a new one $11 at $12.  No row when the same or a newer state is known; else
-- id, inserted, state, whether our own last full read has seen this change (seen), and its next_job.
-- An order that is known is updated and nothing is inserted, so that it uses up no id; when two runs meet a new order at once,
-- the later one's insert becomes the same update.
with known as (
  update shop_order
  set name = $2, shop_updated_at = $5::timestamptz, financial = $6, shop_cancelled_at = $7::timestamptz, test = $8::boolean,
      total_minor = $9::bigint, currency = $10, changed_at = now()
  where gid = $1 and shop_updated_at < $5::timestamptz
  returning id, false as inserted, state, hold_code, next_job, coalesce(shop_checked_at >= shop_updated_at, false) as seen
), fresh as (
  insert into shop_order as o (gid, name, state, created_at, shop_updated_at, financial, shop_cancelled_at, test, total_minor,
                               currency, next_job, next_run_at)
  select $1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7::timestamptz, $8::boolean, $9::bigint, $10, $11, $12::timestamptz
  where not exists (select 1 from shop_order where gid = $1)
  on conflict (gid) do update
  set name = excluded.name, shop_updated_at = excluded.shop_updated_at, financial = excluded.financial,
      shop_cancelled_at = excluded.shop_cancelled_at, test = excluded.test, total_minor = excluded.total_minor,
      currency = excluded.currency, changed_at = now()
  where o.shop_updated_at < excluded.shop_updated_at
  returning id, (xmax = 0) as inserted, state, hold_code, next_job,
            coalesce(shop_checked_at >= shop_updated_at, false) as seen
)
select * from known union all select * from fresh
