-- $1 product, $2 step, $3 code or NULL, $4 sentence, $5 detail (JSON) or NULL, $6 who, $7 trace id or NULL
insert into product_event (product_id, step, code, text, detail, who, trace_id)
values ($1::bigint, $2, $3, $4, $5::jsonb, $6, $7)
