-- $1 event, $2 job type, $3 queue, $4 args (JSON array text), $5 due in microseconds since the epoch or NULL, $6 trace id or NULL.
-- A statement trigger notifies dropship_outbox at commit.
insert into outbox (event, job_type, queue, args, run_at, trace_id)
values ($1, $2, $3, $4, 'epoch'::timestamptz + $5::bigint * interval '1 microsecond', $6)
