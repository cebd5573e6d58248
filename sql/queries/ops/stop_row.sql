-- STOP as it is stored; no row while it is off.  since_us, since, by, reason (of the last time somebody gave one)
select (extract(epoch from s.updated_at) * 1000000)::bigint as since_us, to_json(s.updated_at) #>> '{}' as since,
       s.updated_by as by,
       (select a.detail ->> 'reason' from audit a
        where a.subject = 'stop' and a.action = 'stop.on' and a.at >= s.updated_at
        order by a.at desc, a.id desc limit 1) as reason
from setting s where s.name = 'stop' and s.value = '1'
