-- A delivery of the supplier: $1 its id, $2 type, $3 kind of change, $4 as it came, $5 what came of it (NULL = a job follows).
-- No row when it has been seen.
insert into cj_inbox (message_id, type, message_type, payload, handled_at, result)
values ($1, $2, $3, $4, case when $5::text is not null then now() end, $5)
on conflict (message_id) do nothing
