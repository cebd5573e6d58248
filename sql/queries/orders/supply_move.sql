-- Supplier order $1 goes from state $2 to $3: supplier's id $4, amount $5, status $6 (NULL keeps what is known).
-- No row when the state is not $2 any more.
update supplier_order
set state = $3, cj_order_id = coalesce($4, cj_order_id), charged_minor = coalesce($5::bigint, charged_minor),
    cj_status = coalesce($6, cj_status), changed_at = now(),
    paid_at = case when $3 = 'paid' then coalesce(paid_at, now()) else paid_at end
where id = $1::bigint and state = $2
