-- A page of messages, newest first: $1 state, $2 e-mail (case does not matter), $3 limit, $4 id of the last one before; all but $3
-- may be NULL.  Without a state those that are spam are left out.  json
with page as (
  select m.*, o.name as order_name from contact_message m left join shop_order o on o.id = m.order_id
  where (m.state = $1 or ($1::text is null and m.state <> 'spam')) and ($2::text is null or lower(m.email) = lower($2))
    and ($4::bigint is null or m.id < $4::bigint)
  order by m.id desc limit $3::bigint
)
select json_build_object(
  'messages', coalesce(json_agg(json_build_object('id', id, 'at', at, 'name', name, 'email', email, 'subject', subject,
    'excerpt', left(text, 200), 'state', state,
    'order', case when order_id is null then null else json_build_object('id', order_id, 'name', order_name) end,
    'changed_at', changed_at, 'changed_by', changed_by) order by id desc), '[]'),
  'next', case when count(*) = $3::bigint then min(id)::text end) as json
from page
