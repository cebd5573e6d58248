-- The state of the business, one JSON object (see common/model/overview.h): totals that grow are kept (0022_totals.sql), what waits is
-- counted.  json
with t as materialized (
  select * from total
)
select json_build_object(
  'orders', (select coalesce(json_object_agg(key, n order by key), '{}') from t where what = 'order'),
  'received', (select coalesce(sum(n), 0) from t where what = 'order'),
  'placed', (select coalesce(sum(n), 0) from t where what = 'order.placed'),
  'paid', (select coalesce(sum(n), 0) from t where what = 'order.paid'),
  'fulfilled', (select coalesce(sum(n), 0) from t where what = 'order.fulfilled'),
  'problems', (select count(*) from shop_order where problem is not null),
  'held_oldest_at', (select min(changed_at) from shop_order where state in ('held', 'approval')),
  'effects', (select json_build_object('intent', count(*) filter (where state = 'intent'),
                                       'unknown', count(*) filter (where state = 'unknown'))
              from effect where state in ('intent', 'unknown')),
  'outbox_unsent', (select count(*) from outbox where sent_at is null),
  'outbox_oldest_at', (select min(created_at) from outbox where sent_at is null),
  'reconcile', (select json_build_object('at', at, 'orders', orders, 'missing', missing, 'doubled', doubled)
                from reconcile_run order by id desc limit 1),
  'spent', (select coalesce(json_agg(json_build_object('minor', n, 'currency', key) order by key), '[]') from t where what = 'spent'),
  'tuned', (select coalesce(json_agg(json_build_object('name', name, 'value', value, 'updated_at', updated_at,
                                                       'updated_by', updated_by) order by name), '[]')
            from setting)
) as json
