-- Up to $1 unsent rows, oldest first, locked for this relay; rows another relay holds are passed over, and those of the queues $2.
-- id, event, job_type, queue, args, run_us, trace_id, created_us
select id, event, job_type, queue, args, trace_id,
       (extract(epoch from run_at) * 1000000)::bigint as run_us,
       (extract(epoch from created_at) * 1000000)::bigint as created_us
from outbox where sent_at is null and queue <> all ($2::text[])
order by id limit $1::bigint
for update skip locked
