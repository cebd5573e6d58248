-- What Postgres knows of the flows.  $1 names of settings and $2 job types, each a Postgres array as text.
-- json: {"set":{NAME:{"at","by"}},"stop_at_us","stop_reason","runs":{TYPE:{"at","outcome","text","ms"}},"died":{TYPE:count in
-- the last hour, at most 1000},"scan":the last finished discovery_run,"setup":first finding that fails or null,"wallet":whether
-- orders are held for an empty wallet,"currency","ai":{"tokens","cost_micro"} of this UTC day}
select json_build_object(
  'set', (select coalesce(json_object_agg(name, json_build_object('at', updated_at, 'by', updated_by)), '{}')
          from setting where name = any ($1::text[])),
  'stop_at_us', (select (extract(epoch from updated_at) * 1000000)::bigint from setting where name = 'stop'),
  'stop_reason', (select a.detail ->> 'reason' from audit a, setting s
                  where s.name = 'stop' and a.subject = 'stop' and a.action = 'stop.on' and a.at >= s.updated_at
                  order by a.at desc, a.id desc limit 1),
  'runs', (select coalesce(json_object_agg(t.type, json_build_object('at', r.finished_at, 'outcome', r.outcome, 'text', r.error,
                                                                     'ms', r.run_ms)), '{}')
           from unnest($2::text[]) t (type)
           cross join lateral (select finished_at, outcome, error, run_ms from job_run
                               -- a range and this order: nothing but job_run_type will do, also for a type that has no runs
                               where job_run.type >= t.type and job_run.type <= t.type
                               order by job_run.type, started_at desc limit 1) r),
  'died', (select coalesce(json_object_agg(type, n), '{}')
           from (select type, count(*) as n
                 from (select type from job_run where outcome = 'dead' and started_at > now() - interval '1 hour'
                       order by started_at desc limit 1000) d group by type) g),
  'scan', (select json_build_object('finished_at', finished_at, 'searches', searches, 'points', points, 'seen', seen,
                                    'added', added, 'candidates', candidates, 'problem', problem)
           from discovery_run where finished_at is not null order by id desc limit 1),
  'setup', (select json_build_object('text', text, 'mend', mend, 'at', at) from setup_finding where level = 'fail'
            order by name limit 1),
  'wallet', exists (select 1 from shop_order where state = 'held' and hold_code = 'WALLET'),
  'currency', (select currency from shop_info)
) as json
