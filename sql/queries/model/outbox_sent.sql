-- Mark the rows of $1 (array of ids) sent.
update outbox set sent_at = now() where id = any ($1::bigint[])
