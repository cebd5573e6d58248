-- Product $1 as it stands; no row when there is none.  json
select json_build_object('id', id, 'name', name, 'state', state, 'decision_rule', decision_rule, 'decision_text', decision_text,
  'decided_by', decided_by, 'approved_by', approved_by, 'hold_code', hold_code, 'next_job', next_job, 'next_run_at', next_run_at,
  'text_version', (select max(version) from listing_text t where t.product_id = product.id), 'changed_at', changed_at) as json
from product where id = $1::bigint
