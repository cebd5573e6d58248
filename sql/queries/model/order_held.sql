-- Order $1 was held by a person, for the reason $2.
update shop_order
set state = 'held', released_by = null, hold_code = 'PERSON',
    hold_reasons = jsonb_build_array(jsonb_build_object('code', 'PERSON', 'text', $2::text)), next_job = null,
    next_run_at = null, decided_at = now(), changed_at = now()
where id = $1::bigint
