-- The supplier has $2 of variant $1 (NULL = never told); low $3, looks in a row with enough $4, empty answers in a row $5.
update variant
set stock = $2::bigint, low = $3::boolean, checks_back = $4::integer, checks_empty = $5::integer, changed_at = now()
where id = $1::bigint
