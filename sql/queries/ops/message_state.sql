-- Message $1 is in state $2 by $3's word; the sender's address is kept no longer than it is open.  No row when there is none, or it is
-- in that state.
update contact_message set state = $2, changed_by = $3, changed_at = now(),
  address = case when $2 in ('new', 'open') then address end
where id = $1::bigint and state <> $2
