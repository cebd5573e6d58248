-- Archived jobs of queue $1, class $4 and error class $5 (null = all), latest death first, $2 of them behind the first $3, with their
-- total.  The page is walked along its index: only the total reads all that fit.  json
with fit as not materialized (
  select * from dead_job where ($1::text is null or queue = $1) and ($4::text is null or class = $4) and ($5::text is null or error_class = $5)
), page as (
  select * from fit order by died_at desc, id desc limit $2::bigint offset $3::bigint
), n as (
  select count(*) as total from fit
)
select json_build_object('total', total, 'jobs', coalesce((select json_agg(json_build_object('jid', jid,
         'type', class, 'queue', queue, 'error_class', error_class, 'error_message', error_message, 'died_at', died_at,
         'archived_at', archived_at, 'retried_at', retried_at, 'retried_by', retried_by) order by died_at desc, id desc)
       from page), '[]'),
  'next', case when $3::bigint + $2::bigint < total and exists (select 1 from page)
          then ($3::bigint + $2::bigint)::text end) as json
from n
