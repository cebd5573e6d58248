-- End session $1 (id).
delete from session where id = $1::bigint
