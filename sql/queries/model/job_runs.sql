-- The last 200 runs of job $1, oldest first, as a JSON array.  json
select coalesce(json_agg(json_build_object('attempt', attempt, 'outcome', outcome, 'started_at', started_at,
         'finished_at', finished_at, 'run_ms', run_ms, 'error_class', error_class, 'error', error, 'worker', worker,
         'trace_id', trace_id, 'type', type, 'queue', queue, 'args', args) order by started_at), '[]') as json
from (select * from job_run where jid = $1 order by started_at desc limit 200) r
