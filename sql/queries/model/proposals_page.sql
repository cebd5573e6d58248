-- A page of proposals, newest first: $1 state, $2 kind, $3 limit, $4 id of the last one before; all but the limit may be NULL.
-- json
with page as (
  select r.*, p.name from proposal r
  left join product p on p.id = case when r.subject ~ '^product:[0-9]{1,18}$' then substr(r.subject, 9)::bigint end
  where ($1::text is null or r.state = $1) and ($2::text is null or r.kind = $2) and ($4::bigint is null or r.id < $4::bigint)
  order by r.id desc limit $3::bigint
)
select json_build_object(
  'proposals', coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'subject', subject, 'name', name, 'text', text,
      'detail', detail, 'state', state, 'created_at', created_at, 'decided_at', decided_at, 'decided_by', decided_by,
      'reason', reason) order by id desc), '[]'),
  'next', case when count(*) = $3::bigint then min(id) end
) as json
from page
