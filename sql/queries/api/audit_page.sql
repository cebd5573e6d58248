-- A page of the audit, newest first: $1 who, $2 subject, $3 limit, $4 id of the last row before; all but the limit may be NULL.
-- json
with page as (
  select * from audit
  where ($1::text is null or who = $1) and ($2::text is null or subject = $2) and ($4::bigint is null or id < $4::bigint)
  order by id desc limit $3::bigint
)
select json_build_object(
  'audit', coalesce(json_agg(json_build_object('id', id, 'at', at, 'who', who, 'action', action, 'subject', subject,
                                               'detail', detail) order by id desc), '[]'),
  'next', case when count(*) = $3::bigint then min(id)::text end
) as json
from page
