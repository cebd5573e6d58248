-- What discovery's next run would do in mode $1: searches as the last scan made them, $3 candidates at most, and what a mode lets go
-- on.  $2 seconds to look ahead.  Counts end at 1001, and the newest 5000 found ones are looked at.  json: as preview_fulfillment.sql, without money
with n as (
  select (select count(*) from (select score_e4, seen_at from product where state = 'found' order by id desc limit 5000) x
          where score_e4 is not null and seen_at > now() - interval '7 days') as found,
         (select count(*) from (select 1 from product where state = 'approval' limit 1001) x) as approval,
         (select count(*) from (select 1 from product where next_job is not null and state in ('candidate', 'writing', 'publishing')
                                  and next_run_at <= now() + make_interval(secs => $2::bigint) limit 1001) x) as due
), scan as (
  select searches, points from discovery_run where finished_at is not null order by id desc limit 1
), steps as (
  select 1 as rank, 'search' as what, coalesce((select searches from scan), 0)::bigint as count,
         coalesce((select 'as the last scan: ' || points || ' supplier points' from scan), 'never scanned yet') as text
  where $1 <> 'off'
  union all
  select 2, 'assess', least(found, $3::bigint), 'products found earlier that may become candidates; the search may find better ones'
  from n where $1 <> 'off'
  union all
  select 3, 'go_on', due, 'products on their way, one step each' from n where $1 <> 'off' and due > 0
  union all
  select 4, 'publish', approval, 'products that wait for a yes and are listed without one' from n where $1 = 'auto' and approval > 0
)
select json_build_object('flow', 'discovery', 'mode', $1::text, 'complete', true,
  'text', case when $1 = 'off' then 'Nothing: the flow is off.'
               else (select string_agg(count || ' ' || case what when 'search' then 'searches' when 'assess' then 'candidates judged'
                      when 'go_on' then 'products taken a step further' else 'products listed' end, ', ' order by rank) from steps)
                    || case $1 when 'dry_run' then '; nothing is listed.' when 'approve' then '; each listing waits for your yes.'
                       else '; what passes is listed.' end end,
  'steps', (select coalesce(json_agg(json_build_object('what', what, 'count', count, 'charged', '[]'::json, 'goods', '[]'::json,
              'goods_unknown', 0, 'text', text) order by rank), '[]') from steps)) as json
