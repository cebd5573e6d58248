-- What is known of caller $1's write with key $2.  noted: a change of that request is in the audit.
-- request_sha256, request_id, state, status, type, body, noted
select i.request_sha256, i.request_id, i.state, i.status, i.type, i.body,
       exists (select 1 from audit a where a.request = i.request_id) as noted
from idempotency i where i.caller = $1 and i.key = $2
