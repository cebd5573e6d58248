-- Add runs to the history.  $1 jsonb array of objects with the columns' names.  No result.
insert into job_run (jid, type, queue, args, attempt, outcome, enqueued_at, started_at, finished_at, run_ms, error_class,
                     error, trace_id, worker)
select jid, type, queue, args, attempt, outcome, enqueued_at, started_at, finished_at, run_ms, error_class, error, trace_id,
       worker
  from jsonb_to_recordset($1::jsonb)
    as r (jid text, type text, queue text, args text, attempt integer, outcome text, enqueued_at timestamptz,
          started_at timestamptz, finished_at timestamptz, run_ms bigint, error_class text, error text, trace_id text,
          worker text)
