-- Move order $1 from state $2 to $3: hold code $4, hold reasons $5 (json), problem $6 (NULL keeps it), next job $7 at $8.
-- No row when the state is not $2 any more.
update shop_order
set state = $3, hold_code = $4, hold_reasons = $5::jsonb, problem = coalesce($6, problem), next_job = $7,
    next_run_at = $8::timestamptz, swept_at = null, changed_at = now(),
    placed_at = case when $3 = 'placed' then coalesce(placed_at, now()) else placed_at end,
    fulfilled_at = case when $3 = 'fulfilled' then coalesce(fulfilled_at, now()) else fulfilled_at end
where id = $1::bigint and state = $2
