-- All orders that fit, newest first: $1 state, $2 part of name or e-mail, $3 and $4 not before and before (microseconds); all
-- may be NULL.  Rows for a spreadsheet.
select id, name, state, created_at, financial, total_minor, currency, email, risk, score, hold_code, case when jsonb_typeof(hold_reasons) = 'array' then
    (select string_agg(coalesce(r ->> 'text', r ->> 'code', r::text), '; ') from jsonb_array_elements(hold_reasons) r) end as hold_reasons,
  released_by, problem, placed_at, fulfilled_at, changed_at, gid as shop_id
from shop_order
where ($1::text is null or state = $1)
  and ($2::text is null or position(lower($2) in lower(name)) > 0 or position(lower($2) in lower(coalesce(email, ''))) > 0)
  and ($3::bigint is null or created_at >= 'epoch'::timestamptz + $3::bigint * interval '1 microsecond')
  and ($4::bigint is null or created_at < 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
order by created_at desc, id desc
