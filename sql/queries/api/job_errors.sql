-- Failures of the last $1 seconds that are the same but for numbers and ids, most frequent first; of the newest 5,000 at most
-- ("complete" says whether there were more).  At most 100 groups.  json
with looked as (
  select type, coalesce(error_class, 'unknown') as error_class, error, jid, started_at,
         md5(type || ' ' || coalesce(error_class, '') || ' ' || regexp_replace(coalesce(error, ''), '[0-9a-f]*[0-9][0-9a-f]*', '#', 'g'))
           as fingerprint
  from job_run
  where started_at >= now() - $1::bigint * interval '1 second' and outcome in ('retry', 'dead')
  order by started_at desc limit 5000
), groups as (
  select fingerprint, type, error_class, count(*) as runs, count(distinct jid) as jobs, min(started_at) as first_at,
         max(started_at) as last_at, (array_agg(error order by started_at desc))[1] as latest,
         (array_agg(jid order by started_at desc))[1] as latest_jid
  from looked group by fingerprint, type, error_class
  order by count(*) desc, max(started_at) desc limit 100
)
select json_build_object('window_s', $1::bigint, 'complete', (select count(*) < 5000 from looked),
  'errors', coalesce(json_agg(json_build_object('fingerprint', fingerprint, 'type', type, 'error_class', error_class, 'runs', runs,
      'jobs', jobs, 'first_at', first_at, 'last_at', last_at, 'text', latest, 'jid', latest_jid)
    order by runs desc, last_at desc), '[]')) as json
from groups
