-- Proposal $1 as it stands; no row when there is none.  json
select json_build_object('id', r.id, 'kind', r.kind, 'subject', r.subject, 'name', p.name, 'text', r.text, 'detail', r.detail,
  'state', r.state, 'created_at', r.created_at, 'decided_at', r.decided_at, 'decided_by', r.decided_by, 'reason', r.reason) as json
from proposal r left join product p on p.id = case when r.subject ~ '^product:[0-9]{1,18}$' then substr(r.subject, 9)::bigint end
where r.id = $1::bigint
