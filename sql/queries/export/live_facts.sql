-- What tells whether something changed since the last look, as a few numbers per topic: of what only grows the newest rows (with
-- those that were committed late), of what is small the whole.  No parameters; one row of texts, a column per topic.
select
  (select concat(count(*), '/', sum(id), '/', max(id)) from (select id from order_event order by id desc limit 100) t)
    || (select concat('+', max(id)) from shop_order) as orders,
  (select concat(count(*), '/', sum(id), '/', max(id)) from (select id from product_event order by id desc limit 100) t)
    || (select concat('+', max(id)) from product) as products,
  (select concat(count(*), '/', max(updated_at)) from setting) as flows,
  (select concat(count(*), '/', sum(id)) from (select id from proposal where state = 'open' order by id desc limit 100) t) as approvals,
  (select concat(count(*), '/', sum(id), '/', max(id)) from (select id from audit order by id desc limit 100) t) as activity,
  (select concat(count(*), '/', sum(id), '/', max(changed_at)) from
    (select id, changed_at from contact_message order by id desc limit 100) t) as messages,
  (select concat(sum(orders), '/', sum(total_sales), '/', sum(contribution)) from daily_sales where shop_date >= current_date - 2)
    || (select concat('+', sum(spend)) from daily_ads where shop_date >= current_date - 2) as analytics
