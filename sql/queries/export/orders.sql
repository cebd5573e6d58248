-- All orders that fit, newest first: $1 states (text[]), $2 part of name or e-mail, or a whole tracking number, $3 and $4 not before and
-- before (microseconds), $5 hold code, $6 country, $7 risk, $8 only those with a problem, $9 "unknown" or "unread" costs, $10 currency; all
-- but $8 may be NULL.  As api/common/order_fit.sql has them.  Rows for a spreadsheet.
select id, name, state, created_at, financial, total_minor, currency, email, risk, score, hold_code, case when jsonb_typeof(hold_reasons) = 'array' then
    (select string_agg(coalesce(r ->> 'text', r ->> 'code', r::text), '; ') from jsonb_array_elements(hold_reasons) r) end as hold_reasons,
  released_by, problem, placed_at, fulfilled_at, changed_at, gid as shop_id
from shop_order
where ($1::text[] is null or state = any ($1::text[]))
  and ($2::text is null or order_words(name, email) like text_pattern($2) or name in ($2, '#' || $2)
       or (length($2) < 3 and customer_key ^@ lower($2))
       or id in (select so.order_id from parcel p join supplier_order so on so.id = p.supplier_order_id where p.tracking_number = $2))
  and ($3::bigint is null or created_at >= 'epoch'::timestamptz + $3::bigint * interval '1 microsecond')
  and ($4::bigint is null or created_at < 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
  and ($5::text is null or hold_code = $5) and ($6::text is null or address ->> 'country_code' = $6) and ($7::text is null or risk = $7)
  and (not $8::boolean or problem is not null)
  and ($9::text is null
       or id in (select order_id from order_day where incomplete > 0 and ($9::text = 'unknown' or unknown > 0)))
  and ($10::text is null or currency = $10)
order by created_at desc, id desc
