-- All keys as a JSON array, oldest first.  json
select coalesce(json_agg(json_build_object('name', name, 'scope', scope, 'hint', key_hint, 'created_at', created_at,
         'last_used_at', last_used_at, 'revoked_at', revoked_at) order by id), '[]') as json
from api_key
