-- A page of runs, newest first: $1 type, $2 queue, $3 outcome ('failed': retry or dead), $4 error class, $5 and $6 not before and
-- before (microseconds), $7 limit, $8, $9 and $10 start (microseconds), jid and attempt of the last run of the page before; all but
-- the limit may be NULL.  json
with page as (
  select * from job_run
  where ($1::text is null or type = $1)
    and ($2::text is null or queue = $2)
    and ($3::text is null or outcome = $3 or ($3 = 'failed' and outcome in ('retry', 'dead')))
    and ($4::text is null or error_class = $4)
    and ($5::bigint is null or started_at >= 'epoch'::timestamptz + $5::bigint * interval '1 microsecond')
    and ($6::bigint is null or started_at < 'epoch'::timestamptz + $6::bigint * interval '1 microsecond')
    and ($8::bigint is null or (started_at, jid, attempt) <
         ('epoch'::timestamptz + $8::bigint * interval '1 microsecond', $9::text, $10::integer))
  order by started_at desc, jid desc, attempt desc limit $7::bigint
)
select json_build_object(
  'runs', coalesce(json_agg(json_build_object('jid', jid, 'type', type, 'queue', queue, 'attempt', attempt, 'outcome', outcome,
      'started_at', started_at, 'finished_at', finished_at, 'run_ms', run_ms, 'error_class', error_class, 'error', error,
      'worker', worker, 'trace_id', trace_id) order by started_at desc, jid desc, attempt desc), '[]'),
  'next', case when count(*) = $7::bigint then
    (select (extract(epoch from started_at) * 1000000)::bigint || '-' || attempt || '-' || jid from page
     order by started_at, jid, attempt limit 1) end
) as json
from page
