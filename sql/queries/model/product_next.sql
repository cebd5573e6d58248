-- Product $1 goes on with job $2 now, in state $3 (NULL = the one it has).
update product
set state = coalesce($3, state), next_job = $2, next_run_at = now(), waits_for = null, swept_at = null, changed_at = now()
where id = $1::bigint
