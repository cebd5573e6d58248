-- Look-ups that read the whole table: an order by its name (CLI, API), and the average order value of 90 days, which each
-- decision asks for.
create index shop_order_name on shop_order (name);
create index shop_order_average on shop_order (created_at) include (currency, total_minor, state)
  where financial = 'PAID' and not test;
