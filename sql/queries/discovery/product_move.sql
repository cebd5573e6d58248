-- Move product $1 from state $2 to $3: mode $4 (NULL keeps it), hold code $5, problem $6 (NULL keeps it, '' clears it), next job
-- $7 at $8, what it waits for $9; decision rule $10 with sentence $11, numbers $12 (json, NULL keeps them), by $13 (rule NULL
-- keeps the decision).  No row when the state is not $2 any more.
update product
set state = $3, mode = coalesce($4, mode), hold_code = case when $3 = 'on_hold' then $5 end,
    problem = case when $6 = '' then null else coalesce($6, problem) end,
    next_job = $7, next_run_at = $8::timestamptz, waits_for = $9, swept_at = null, changed_at = now(),
    decision_rule = coalesce($10, decision_rule),
    decision_text = case when $10 is null then decision_text else $11 end,
    decision = coalesce($12::jsonb, decision),
    decided_at = case when $10 is null then decided_at else now() end,
    decided_by = case when $10 is null then decided_by else $13 end
where id = $1::bigint and state = $2
