-- The result of a comparison: orders looked at $1, missing $2, doubled $3, detail $4 (json).
insert into reconcile_run (orders, missing, doubled, detail)
values ($1::integer, $2::integer, $3::integer, $4::jsonb)
