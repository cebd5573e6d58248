-- Orders with all that the books know of them, for measuring: psql -v orders=1000000 [-v days=365] [-v first=0] -f seed_orders.sql
-- Facts are laid down in bulk (triggers off for this session, which takes a superuser) and booked by books_run, the function
-- that books in earnest, a few thousand at a time; at the end everything is as if each order had come by itself.  Several sessions
-- may run at once with other values of `first`, the number of the first order.  Runs on an empty or a seeded database.
\set ON_ERROR_STOP on
\if :{?days} \else \set days 365 \endif
\if :{?first} \else \set first 0 \endif
set synchronous_commit = off;
set client_min_messages = warning;

insert into shop_info (name, currency, timezone) values ('Bench', 'USD', 'America/New_York') on conflict do nothing;
insert into product (pid, name, state, currency)
select 'bench-' || n, 'Bench product ' || n, 'listed', 'USD' from generate_series(1, 300) as n on conflict do nothing;
insert into sold_item (key, product_id, title) select 'p:' || id, id, name from product where pid like 'bench-%' on conflict do nothing;

-- A number of order n that looks like chance and is always the same: 0 to below - 1.
create or replace function pg_temp.draw(n bigint, what text, below integer) returns integer language sql immutable as $$
  select (hashint8extended(n, hashtext(what)) & 2147483647)::integer % below
$$;

create or replace procedure pg_temp.seed(first bigint, count bigint, days integer) language plpgsql as $$
declare
  step constant integer := 5000;
  at bigint := first;
  today date := books_day(now());
  items bigint[] := array(select s.id from sold_item s join product p on p.id = s.product_id where p.pid like 'bench-%' order by p.id);
  ids bigint[];
begin
  while at < first + count loop
    perform set_config('session_replication_role', 'replica', true);
    with fresh as (
      insert into shop_order (gid, name, state, created_at, shop_updated_at, shop_checked_at, financial, test, total_minor, currency, email,
                              customer_key, address, received_at, placed_at, fulfilled_at, shop_date, money_at, shipping_minor, tax_minor,
                              duties_minor, fee_minor, fee_source, supply_shipping_minor, supply_shipping_source, supply_duty_minor,
                              supply_duty_source)
      select 'gid://shopify/Order/' || 5000000000 + n, '#' || 1000 + n, case when held then 'held' when sent then 'fulfilled' else 'placed' end,
             made, made, made, 'PAID', false, charged, 'USD', 'buyer' || n % 200000 || '@example.org', 'buyer' || n % 200000 || '@example.org',
             '{"name": "Anna Buyer", "country_code": "US", "city": "Springfield", "line1": "1 Main Street", "zip": "12345"}', made,
             case when not held then made + interval '20 minutes' end, case when sent then made + interval '2 days' end,
             (made at time zone 'America/New_York')::date, made, shipping, tax, 0, charged * 29 / 1000 + 30, 'rate', 420, 'invoice', 0, 'rule'
      from (select *, price * quantity - discount + shipping + tax as charged
            from (select *, (price * quantity - discount) * 8 / 100 as tax
                  from (select n, m.made, m.made >= now() - interval '3 days' and pg_temp.draw(n, 'held', 100) = 0 as held, m.made < now() - interval '3 days' as sent,
                               1 + pg_temp.draw(n, 'quantity', 3) as quantity, 999 + 100 * pg_temp.draw(n, 'price', 60) as price,
                               case pg_temp.draw(n, 'discount', 5) when 0 then 100 else 0 end as discount,
                               case pg_temp.draw(n, 'shipping', 2) when 0 then 499 else 0 end as shipping
                        from generate_series(at, least(at + step, first + count) - 1) as n
                        cross join lateral (
                          select now() - make_interval(days => pg_temp.draw(n, 'day', days), secs => pg_temp.draw(n, 'second', 86400)) as made
                        ) as m) as d) as t) as o
      returning id, gid, placed_at, fulfilled_at
    ), lines as (
      insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, unit_price_minor, currency, ordered, gross_minor, discount_minor,
                              tax_minor, product_id, item_id, cost_minor, cost_source)
      select id, 'gid://shopify/LineItem/' || 7000000000 + n, 'Bench product', 'BENCH-' || product, quantity, 0, price, 'USD', quantity,
             price * quantity, discount, (price * quantity - discount) * 8 / 100, null, items[product + 1], price * quantity * 4 / 10, 'invoice'
      from (select id, n, 1 + pg_temp.draw(n, 'quantity', 3) as quantity, 999 + 100 * pg_temp.draw(n, 'price', 60) as price,
                   case pg_temp.draw(n, 'discount', 5) when 0 then 100 else 0 end as discount,
                   -- some sell far better than others
                   least(pg_temp.draw(n, 'product', cardinality(items)), pg_temp.draw(n, 'again', cardinality(items))) as product
            from (select id, substr(gid, 21)::bigint - 5000000000 as n from fresh) as f) as l
      returning order_id
    ), bought as (
      insert into supplier_order (order_id, our_number, cj_order_id, state, lines, charged_minor, created_at, paid_at, shipped_at)
      select id, (substr(gid, 21)::bigint - 5000000000) || '-p1', 'CJ' || substr(gid, 21), case when fulfilled_at is null then 'paid' else 'shipped' end,
             '[]', 1000, placed_at, placed_at, fulfilled_at
      from fresh where placed_at is not null
      returning id, cj_order_id, shipped_at
    ), sent as (
      insert into parcel (supplier_order_id, cj_order_id, tracking_number, tracking_url, carrier, created_at)
      select id, cj_order_id, 'YT' || substr(cj_order_id, 3), 'https://t.example.org/YT' || substr(cj_order_id, 3), 'YunExpress', shipped_at
      from bought where shipped_at is not null
    )
    select array_agg(order_id) into ids from lines;
    insert into order_refund (order_id, gid, at, shop_date)
    select id, gid || '/refund', created_at + interval '9 days', shop_date + 9 from shop_order
    where id = any (ids) and id % 20 = 0 and created_at < now() - interval '9 days';
    insert into order_refund_line (refund_id, line_gid, quantity, net_minor, tax_minor)
    select r.id, l.line_gid, 1, (l.gross_minor - l.discount_minor) / l.ordered, l.tax_minor / l.ordered
    from order_refund r join order_line l on l.order_id = r.order_id where r.order_id = any (ids);
    perform set_config('session_replication_role', 'origin', true);
    perform books_run(ids);
    commit;
    at := at + step;
  end loop;
end $$;

call pg_temp.seed(:first, :orders, :days);
select tally_recount() \g /dev/null

-- What the shop's statistics and the ad platforms would have told.
insert into store_sessions (shop_date, sessions, with_order, source)
select d::date, 1000 + (d::date - date '2020-01-01') % 300, 20 + (d::date - date '2020-01-01') % 11, 'bench'
from generate_series(books_day(now()) - :days, books_day(now()), interval '1 day') as d
on conflict do nothing;
