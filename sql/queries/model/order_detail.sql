-- All about order $1; no row when there is none.  json
select json_build_object('id', o.id, 'gid', o.gid, 'name', o.name, 'state', o.state, 'mode', o.mode,
  'created_at', o.created_at, 'received_at', o.received_at, 'decided_at', o.decided_at, 'placed_at', o.placed_at,
  'fulfilled_at', o.fulfilled_at, 'changed_at', o.changed_at, 'shop_updated_at', o.shop_updated_at,
  'shop_cancelled_at', o.shop_cancelled_at, 'financial', o.financial, 'test', o.test,
  'total', case when o.total_minor is null then null
    else json_build_object('minor', o.total_minor, 'currency', o.currency) end,
  'email', o.email, 'address', o.address, 'risk', o.risk, 'score', o.score, 'hold_code', o.hold_code,
  'hold_reasons', o.hold_reasons, 'released_by', o.released_by, 'problem', o.problem,
  'next_job', o.next_job, 'next_run_at', o.next_run_at,
  'lines', (select coalesce(json_agg(json_build_object('title', l.title, 'sku', l.sku, 'quantity', l.quantity,
      'to_ship', l.to_ship, 'unit_price', case when l.unit_price_minor is null then null
        else json_build_object('minor', l.unit_price_minor, 'currency', l.currency) end) order by l.id), '[]')
    from order_line l where l.order_id = o.id),
  'supplier_orders', (select coalesce(json_agg(json_build_object('our_number', s.our_number, 'cj_order_id', s.cj_order_id,
      'parcel_group', s.parcel_group, 'state', s.state, 'cj_status', s.cj_status, 'lines', s.lines,
      'logistic_name', s.logistic_name, 'from_country', s.from_country, 'currency', s.currency,
      'quoted_minor', s.quoted_minor, 'cap_minor', s.cap_minor, 'charged_minor', s.charged_minor,
      'created_at', s.created_at, 'paid_at', s.paid_at,
      'parcels', (select coalesce(json_agg(json_build_object('tracking_number', p.tracking_number,
          'tracking_url', p.tracking_url, 'carrier', p.carrier, 'status', p.status, 'fulfillment_gid', p.fulfillment_gid,
          'notified_at', p.notified_at, 'created_at', p.created_at) order by p.id), '[]')
        from parcel p where p.supplier_order_id = s.id)) order by s.parcel_group), '[]')
    from supplier_order s where s.order_id = o.id),
  'effects', (select coalesce(json_agg(json_build_object('key', e.key, 'kind', e.kind, 'state', e.state,
      'attempts', e.attempts, 'error', e.error, 'created_at', e.created_at, 'settled_at', e.settled_at)
      order by e.created_at, e.key), '[]')
    from effect e where e.subject = 'order:' || o.id),
  'events', (select coalesce(json_agg(json_build_object('at', v.at, 'step', v.step, 'code', v.code, 'text', v.text,
      'detail', v.detail, 'trace_id', v.trace_id) order by v.id), '[]')
    from order_event v where v.order_id = o.id)
) as json
from shop_order o where o.id = $1::bigint
