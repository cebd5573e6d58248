-- Product $1 was rejected for good by person $2, for the reason $3; the numbers of the last decision stay.
update product
set state = 'rejected', decided_by = $2, decided_at = now(), decision_rule = 'PERSON', decision_text = $3, approved_by = null,
    decision = coalesce(decision, '{}')
      || jsonb_build_object('verdict', 'rejected', 'rule', 'PERSON', 'text', $3::text, 'who', $2::text),
    problem = null, hold_code = null, next_job = null, next_run_at = null, waits_for = null, swept_at = null,
    changed_at = now()
where id = $1::bigint
