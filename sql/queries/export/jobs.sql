-- Runs of jobs, newest first: $1 type, $2 queue, $3 outcome, $4 and $5 started not before and before (microseconds); all may be
-- NULL.  Rows for a spreadsheet; without arguments, which may hold what customers wrote.
select jid, type, queue, attempt, outcome, enqueued_at, started_at, finished_at, run_ms, error_class, error, worker, trace_id
from job_run
where ($1::text is null or type = $1) and ($2::text is null or queue = $2) and ($3::text is null or outcome = $3)
  and ($4::bigint is null or started_at >= 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
  and ($5::bigint is null or started_at < 'epoch'::timestamptz + $5::bigint * interval '1 microsecond')
order by started_at desc
