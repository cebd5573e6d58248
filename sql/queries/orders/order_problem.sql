-- Order $1 has problem $2, shown unless another is shown already.
update shop_order set problem = coalesce(problem, $2), changed_at = now() where id = $1::bigint
