-- All pricing rules, newest first, how many products stand at the shop, and its currency.  json
select json_build_object(
  'rules', (select coalesce(json_agg(json_build_object('id', id, 'name', name, 'kind', kind, 'spec', spec, 'active', active,
      'created_at', created_at, 'created_by', created_by, 'applied_at', applied_at) order by id desc), '[]') from pricing_rule),
  'live', (select count(*) from product where state in ('listed', 'on_hold')),
  'currency', (select currency from shop_info)
) as json
