-- The orders whose costs are not all known, for their list: few of many.
create index order_day_incomplete on order_day (shop_date, order_id) where incomplete > 0;
