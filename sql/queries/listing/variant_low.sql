-- A person decided about the stock of variant $1: out ($2 true), or back.
update variant set low = $2::boolean, checks_back = 0, changed_at = now() where id = $1::bigint
