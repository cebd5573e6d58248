-- Message $1 with all of its text, and others of the same e-mail (the newest 20); no row when there is none.  json
select json_build_object('id', m.id, 'at', m.at, 'name', m.name, 'email', m.email, 'subject', m.subject, 'text', m.text,
  'order_text', m.order_text, 'state', m.state,
  'order', case when m.order_id is null then null else json_build_object('id', m.order_id, 'name', o.name, 'state', o.state) end,
  'changed_at', m.changed_at, 'changed_by', m.changed_by,
  'others', (select coalesce(json_agg(json_build_object('id', id, 'at', at, 'subject', subject, 'state', state) order by id desc), '[]')
             from (select id, at, subject, state from contact_message x
                   where lower(x.email) = lower(m.email) and x.id <> m.id order by id desc limit 20) y)) as json
from contact_message m left join shop_order o on o.id = m.order_id
where m.id = $1::bigint
