-- All about product $1, of what grows without end the newest: 20 texts, 50 calls, 200 effects, 100 proposals, 500 events; no row
-- when there is none.  json
select json_build_object('id', p.id, 'pid', p.pid, 'supplier_sku', p.supplier_sku, 'name', p.name, 'category_id', p.category_id,
  'category', p.category, 'image_url', p.image_url, 'state', p.state, 'mode', p.mode, 'listings', p.listed_num, 'stock', p.stock,
  'supplier_price', case when p.price_min_minor is null then null else json_build_object(
    'from', json_build_object('minor', p.price_min_minor, 'currency', p.currency),
    'to', json_build_object('minor', coalesce(p.price_max_minor, p.price_min_minor), 'currency', p.currency)) end,
  'label', p.label, 'score', round(p.score_e4 / 10000.0, 2), 'score_parts', p.score_parts, 'scored_at', p.scored_at,
  'opportunity_e4', p.opportunity_e4,
  'landed', case when p.landed_minor is null then null
    else json_build_object('minor', p.landed_minor, 'currency', p.shop_currency) end,
  'price', case when p.price_minor is null then null
    else json_build_object('minor', p.price_minor, 'currency', p.shop_currency) end,
  'margin', case when p.margin_minor is null then null
    else json_build_object('minor', p.margin_minor, 'currency', p.shop_currency) end,
  'margin_ppm', p.margin_ppm, 'shop_currency', p.shop_currency,
  'decision_rule', p.decision_rule, 'decision_text', p.decision_text, 'decision', p.decision, 'decided_at', p.decided_at,
  'decided_by', p.decided_by, 'approved_by', p.approved_by, 'hold_code', p.hold_code, 'problem', p.problem,
  'listing', json_build_object('handle', p.handle, 'gid', p.shop_gid, 'listed_at', p.listed_at,
    'text_version', p.listed_version, 'repriced_at', p.repriced_at, 'tier', p.tier, 'checked_at', p.checked_at,
    'check_due_at', p.check_due_at),
  'next_job', p.next_job, 'next_run_at', p.next_run_at, 'found_at', p.found_at, 'changed_at', p.changed_at, 'facts', p.detail,
  'variants', (select coalesce(json_agg(json_build_object('id', v.id, 'vid', v.vid, 'sku', v.sku, 'name', v.name,
      'options', v.options, 'image_url', v.image_url, 'weight_g', v.weight_g, 'stock', v.stock,
      'cost', case when v.cost_minor is null then null
        else json_build_object('minor', v.cost_minor, 'currency', v.cost_currency) end,
      'landed', case when v.landed_minor is null then null
        else json_build_object('minor', v.landed_minor, 'currency', v.shop_currency) end,
      'price', case when v.price_minor is null then null
        else json_build_object('minor', v.price_minor, 'currency', v.shop_currency) end,
      'gid', v.shop_gid, 'inventory_item_gid', v.inventory_item_gid, 'shop_quantity', v.shop_quantity, 'low', v.low,
      'offered', v.offered, 'left_out', v.left_out, 'mapping',
      (select case when bool_or(m.confirmed_at is not null) then 'confirmed' when count(*) > 0 then 'proposed' end
       from variant_mapping m where m.shop_sku = v.sku), 'gone_at', v.gone_at, 'checked_at', v.checked_at) order by v.id), '[]')
    from variant v where v.product_id = p.id),
  'snapshots', (select coalesce(json_agg(json_build_object('day', s.day, 'listings', s.listed_num, 'stock', s.stock,
      'price_min_minor', s.price_min_minor, 'price_max_minor', s.price_max_minor, 'currency', s.currency) order by s.day), '[]')
    from supplier_snapshot s where s.product_id = p.id and s.day > current_date - 90),
  'texts', (select coalesce(json_agg(json_build_object('version', t.version, 'at', t.at, 'made_by', t.made_by,
      'language', t.language, 'title', t.title, 'description_html', t.description_html, 'seo_title', t.seo_title,
      'meta_description', t.meta_description, 'tags', t.tags, 'alt_texts', t.alt_texts, 'facts', t.facts,
      'facts_used', t.facts_used, 'checks', t.checks, 'list_version', t.list_version, 'prompt_version', t.prompt_version)
      order by t.version desc), '[]')
    from (select * from listing_text where product_id = p.id order by version desc limit 20) t),
  'ai_calls', (select coalesce(json_agg(json_build_object('at', a.at, 'provider', a.provider, 'model', a.model,
      'status', a.status, 'request_id', a.request_id, 'tokens_in', a.tokens_in, 'tokens_out', a.tokens_out,
      'cost_micro', a.cost_micro, 'latency_ms', a.latency_ms, 'error', a.error) order by a.id), '[]')
    from (select * from ai_call where subject = 'product:' || p.id order by id desc limit 50) a),
  'effects', (select coalesce(json_agg(json_build_object('key', e.key, 'kind', e.kind, 'state', e.state,
      'attempts', e.attempts, 'error', e.error, 'created_at', e.created_at, 'settled_at', e.settled_at)
      order by e.created_at, e.key), '[]')
    from (select * from effect where subject = 'product:' || p.id order by created_at desc, key desc limit 200) e),
  'proposals', (select coalesce(json_agg(json_build_object('id', r.id, 'kind', r.kind, 'text', r.text, 'detail', r.detail,
      'state', r.state, 'created_at', r.created_at, 'decided_at', r.decided_at, 'decided_by', r.decided_by, 'reason', r.reason)
      order by (r.state = 'open') desc, r.id desc), '[]')
    from (select * from proposal where subject = 'product:' || p.id order by (state = 'open') desc, id desc limit 100) r),
  'events', (select coalesce(json_agg(json_build_object('at', v.at, 'step', v.step, 'code', v.code, 'text', v.text,
      'detail', v.detail, 'who', v.who, 'trace_id', v.trace_id) order by v.id), '[]')
    from (select * from product_event where product_id = p.id order by id desc limit 500) v)
) as json
from product p where p.id = $1::bigint
