-- The state of the business, one JSON object (see common/model/overview.h).  json
with states as ( -- each table once: in a big shop these counts are what it takes
  select state, count(*) as n, count(placed_at) as placed, count(fulfilled_at) as fulfilled from shop_order group by state
)
select json_build_object(
  'orders', (select coalesce(json_object_agg(state, n order by state), '{}') from states),
  'received', (select coalesce(sum(n), 0) from states),
  'placed', (select coalesce(sum(placed), 0) from states),
  'paid', (select count(distinct order_id) from supplier_order where paid_at is not null),
  'fulfilled', (select coalesce(sum(fulfilled), 0) from states),
  'problems', (select count(*) from shop_order where problem is not null),
  'held_oldest_at', (select min(changed_at) from shop_order where state in ('held', 'approval')),
  'effects', (select json_build_object('intent', count(*) filter (where state = 'intent'),
                                       'unknown', count(*) filter (where state = 'unknown'))
              from effect where state in ('intent', 'unknown')),
  'outbox_unsent', (select count(*) from outbox where sent_at is null),
  'outbox_oldest_at', (select min(created_at) from outbox where sent_at is null),
  'reconcile', (select json_build_object('at', at, 'orders', orders, 'missing', missing, 'doubled', doubled)
                from reconcile_run order by id desc limit 1),
  'spent', (select coalesce(json_agg(json_build_object('minor', minor, 'currency', currency) order by currency), '[]')
            from (select sum(charged_minor) as minor, currency from supplier_order
                  where paid_at is not null and charged_minor is not null group by currency) s),
  'tuned', (select coalesce(json_agg(json_build_object('name', name, 'value', value, 'updated_at', updated_at,
                                                       'updated_by', updated_by) order by name), '[]')
            from setting)
) as json
