-- $1 order, $2 step, $3 code or NULL, $4 sentence, $5 detail (JSON) or NULL, $6 trace id or NULL
insert into order_event (order_id, step, code, text, detail, trace_id)
values ($1::bigint, $2, $3, $4, $5::jsonb, $6)
