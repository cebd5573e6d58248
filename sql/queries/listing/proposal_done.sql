-- Accepted proposal $1 was carried out, and with it those before it about the same subject.
update proposal set detail = detail || jsonb_build_object('done_at', now())
where id <= $1::bigint and state = 'accepted' and not detail ? 'done_at'
  and subject = (select subject from proposal where id = $1::bigint)
