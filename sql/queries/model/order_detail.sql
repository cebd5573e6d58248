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
        else json_build_object('minor', l.unit_price_minor, 'currency', l.currency) end,
      'cost', case when l.cost_minor is null then null else json_build_object('minor', l.cost_minor, 'currency', o.currency) end,
      'cost_source', l.cost_source, 'product_id', l.product_id,
      'mappings', (select coalesce(json_agg(json_build_object('vid', m.vid, 'supplier_sku', m.supplier_sku, 'rank', m.rank,
          'snapshot', json_build_object('minor', m.snapshot_minor, 'currency', m.snapshot_currency),
          'confirmed_at', m.confirmed_at, 'confirmed_by', m.confirmed_by) order by m.rank, m.id), '[]')
        from variant_mapping m where m.shop_sku = l.sku)) order by l.id), '[]')
    from order_line l where l.order_id = o.id),
  'money', (
    select json_build_object('currency', o.currency, 'gross_minor', d.gross, 'discounts_minor', d.discounts, 'shipping_minor', d.shipping,
      'taxes_minor', d.taxes, 'duties_minor', d.duties, 'total_minor', d.total_sales, 'refunds_minor', d.refunds,
      'goods_minor', case when c.goods_open then null else d.goods end, 'goods_source', c.goods_source,
      'supply_shipping_minor', case when o.supply_shipping_minor is null then null else d.supply_shipping end,
      'supply_shipping_source', o.supply_shipping_source,
      'supply_duty_minor', case when o.supply_duty_minor is null then null else d.supply_duty end, 'supply_duty_source', o.supply_duty_source,
      'fee_minor', case when o.fee_minor is null then null else d.fees end, 'fee_source', o.fee_source, 'ads_minor', a.ads,
      'profit_minor', case when d.open = 0 then d.contribution - a.ads end, 'estimated', d.estimated > 0,
      'missing', case when d.open = 0 then '[]' else to_json(array_remove(array[
        case when o.money_at is null then 'money' end, case when c.goods_open then 'goods' end,
        case when o.supply_shipping_minor is null then 'supply_shipping' end, case when o.supply_duty_minor is null then 'supply_duty' end,
        case when o.fee_minor is null then 'fee' end], null)) end)
    from (select sum(gross)::bigint as gross, sum(discounts)::bigint as discounts, sum(shipping)::bigint as shipping,
                 sum(taxes)::bigint as taxes, sum(duties)::bigint as duties, sum(total_sales)::bigint as total_sales,
                 sum(refunds)::bigint as refunds, sum(goods)::bigint as goods, sum(supply_shipping)::bigint as supply_shipping,
                 sum(supply_duty)::bigint as supply_duty, sum(fees)::bigint as fees, sum(contribution)::bigint as contribution,
                 sum(incomplete + incomplete_later + unknown) as open, sum(estimated) as estimated, count(*) as days
          from order_day where order_id = o.id) d,
         (select coalesce(sum(minor), 0)::bigint as ads from order_ads where order_id = o.id) a,
         (select coalesce(bool_or(cost_minor is null), true) as goods_open, max(cost_source) as goods_source
          from order_line where order_id = o.id and not gift_card and coalesce(ordered, quantity) > 0) c
    where d.days > 0),
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
