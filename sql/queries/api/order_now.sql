-- Order $1 as it stands, after or before a person's word; no row when there is none.  json, state, released_by, hold_code, reason
select state, released_by, hold_code, hold_reasons -> 0 ->> 'text' as reason,
       json_build_object('id', id, 'name', name, 'state', state, 'hold_code', hold_code, 'hold_reasons', hold_reasons,
                         'released_by', released_by, 'next_job', next_job, 'changed_at', changed_at) as json
from shop_order where id = $1::bigint
