-- Move order $1 from state $2 to $3: hold code $4, hold reasons $5 (json), problem $6 (NULL keeps it, '' clears it), next job $7
-- at $8, what it waits for $9.  No row when the state is not $2 any more.  A hold that goes on keeps its start and what was said
-- about its age; with another state that is over.
update shop_order
set state = $3, hold_code = $4, hold_reasons = $5::jsonb, next_job = $7, next_run_at = $8::timestamptz, waits_for = $9,
    problem = case when $6 = '' then null when $6 is not null then $6
                   when attention > 0 and not (state = 'held' and $3 = 'held') and problem like 'In hold for %' then null
                   else problem end,
    held_at = case when $3 = 'held' then case when state = 'held' then coalesce(held_at, now()) else now() end end,
    attention = case when state = 'held' and $3 = 'held' then attention else 0 end,
    swept_at = null, changed_at = now(),
    placed_at = case when $3 = 'placed' then coalesce(placed_at, now()) else placed_at end,
    fulfilled_at = case when $3 = 'fulfilled' then coalesce(fulfilled_at, now()) else fulfilled_at end
where id = $1::bigint and state = $2
