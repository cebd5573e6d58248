-- Who did what, newest first: $1 who, $2 action, $3 subject, $4 and $5 not before and before (microseconds); all may be NULL.
-- Rows for a spreadsheet.
select id, at, who, action as what, subject as object, detail
from audit
where ($1::text is null or who = $1) and ($2::text is null or action = $2) and ($3::text is null or subject = $3)
  and ($4::bigint is null or at >= 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
  and ($5::bigint is null or at < 'epoch'::timestamptz + $5::bigint * interval '1 microsecond')
order by id desc
