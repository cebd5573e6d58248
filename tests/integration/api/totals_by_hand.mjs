// The kept totals (0022_totals.sql) against what counting gives.
import assert from 'node:assert/strict';

const counted = `select what, key, n::bigint from (
    select 'order' as what, state as key, count(*) as n from shop_order group by 1, 2
    union all select 'order.placed', '', count(placed_at) from shop_order
    union all select 'order.fulfilled', '', count(fulfilled_at) from shop_order
    union all select 'order.paid', '', count(distinct order_id) from supplier_order where paid_at is not null
    union all select 'spent', currency, sum(charged_minor) from supplier_order where paid_at is not null group by 1, 2) c
  where n <> 0 order by what, key`;

export const totalsAgree = (api) => assert.deepEqual(api.rows('select * from total order by what, key'), api.rows(counted));
