-- The state of discovery, one JSON object (see common/model/overview.h).  json
select json_build_object(
  'products', (select coalesce(json_object_agg(state, n order by state), '{}')
               from (select state, count(*) as n from product group by state) s),
  'problems', (select count(*) from product where problem is not null),
  'proposals', (select count(*) from proposal where state = 'open'),
  'run', (select json_build_object('started_at', started_at, 'finished_at', finished_at, 'searches', searches, 'points', points,
            'seen', seen, 'added', added, 'candidates', candidates, 'problem', problem)
          from discovery_run order by id desc limit 1),
  'points_today', (select json_build_object('search', coalesce(sum(search_points), 0), 'assess', coalesce(sum(assess_points), 0))
                   from discovery_day where day = (now() at time zone 'UTC')::date),
  'ai', (select json_build_object('calls', count(*), 'failed', count(*) filter (where status <> 'OK'),
           'tokens', coalesce(sum(coalesce(tokens_in, 0) + coalesce(tokens_out, 0)), 0),
           'cost_micro', coalesce(sum(cost_micro), 0), 'cost_unknown', count(*) filter (where cost_micro is null and status = 'OK'))
         from ai_call where at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'),
  'pricing_rule', (select name from pricing_rule where active),
  'setup', (select coalesce(json_agg(json_build_object('name', name, 'at', at, 'level', level, 'text', text, 'mend', mend)
              order by (level = 'fail') desc, (level = 'warn') desc, name), '[]') from setup_finding)
) as json
