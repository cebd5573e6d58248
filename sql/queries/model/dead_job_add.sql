-- Keep dead jobs.  $1 JSON array of {digest, jid, class, queue, error_class, error_message, payload (hex), died_at}.  One row each
-- unless it is there already.
insert into dead_job (digest, jid, class, queue, error_class, error_message, payload, died_at)
select digest, jid, class, queue, error_class, error_message, decode(payload, 'hex'), died_at
from json_to_recordset($1::json) as j(digest text, jid text, class text, queue text, error_class text, error_message text,
  payload text, died_at timestamptz)
on conflict (digest, died_at) do nothing
