-- What was decided about order $1: mode $2, score $3, risk $4, fingerprint $5; $6: the person's release no longer counts.
update shop_order
set mode = $2, score = $3::integer, risk = $4, detail_hash = $5, decided_at = now(),
    released_by = case when $6::boolean then null else released_by end
where id = $1::bigint
