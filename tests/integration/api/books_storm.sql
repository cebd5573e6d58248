-- What shops, suppliers, ad platforms and we do to orders, at random but the same for the same seed: psql -v orders=1000 -v seed=1
-- -v part=0 -f books_storm.sql.  Several sessions run at once with different `part`; each step is a transaction of its own, some are
-- rolled back.
\set ON_ERROR_STOP on
set client_min_messages = warning;

create function pg_temp.draw(what text, below integer) returns integer language plpgsql as $$
declare
  n bigint := current_setting('storm.n')::bigint + 1;
begin
  perform set_config('storm.n', n::text, false);
  return (hashint8extended(n, hashtext(what || current_setting('storm.seed'))) & 2147483647)::integer % below;
end $$;

create function pg_temp.any_order() returns bigint language sql as $$
  select id from shop_order where id >= (select 1 + pg_temp.draw('order', (select max(id)::integer from shop_order))) order by id limit 1
$$;

create function pg_temp.money(wanted bigint) returns void language plpgsql as $$
declare
  taxes bigint;
begin
  update order_line
  set ordered = q.n, gross_minor = q.n * q.price, discount_minor = q.n * q.price * (q.off % 4) / 10, tax_minor = q.n * q.price / 20,
      gift_card = q.off = 39
  from (select id, pg_temp.draw('units', 4) as n, 500 + pg_temp.draw('price', 9000) as price, pg_temp.draw('off', 40) as off
        from order_line where order_id = wanted) as q
  where order_line.id = q.id;
  select coalesce(sum(tax_minor), 0) into taxes from order_line where order_id = wanted;
  update shop_order o
  set money_at = coalesce(money_at, now()), shipping_minor = 250 * pg_temp.draw('shipping', 4), tax_minor = taxes,
      duties_minor = 100 * (pg_temp.draw('duties', 10) / 9),
      fee_minor = f.fee, fee_source = case when f.fee is null then null when pg_temp.draw('told', 2) = 0 then 'rate' else 'gateway' end
  from (select case when pg_temp.draw('fee', 20) > 0 then 30 + pg_temp.draw('amount', 900) end as fee) as f
  where id = wanted;
end $$;

create function pg_temp.born(part integer, number integer) returns void language plpgsql as $$
declare
  born bigint;
  cur text := case pg_temp.draw('currency', 20) when 0 then 'JPY' when 1 then 'KWD' else 'USD' end;
begin
  insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, currency, total_minor, test, address)
  values ('storm-' || part || '-' || number, '#' || number, 'received', now() - make_interval(secs => pg_temp.draw('age', 40 * 86400)), now(),
          case pg_temp.draw('paid', 30) when 0 then 'PENDING' when 1 then 'VOIDED' else 'PAID' end, cur, 1000 + pg_temp.draw('total', 9000),
          pg_temp.draw('test', 40) = 0, '{"country_code": "US"}')
  returning id into born;
  insert into order_line (order_id, line_gid, title, sku, quantity, to_ship, snapshot_minor)
  select born, 'line-' || n, 'Thing ' || thing, case when thing % 5 > 0 then 'SKU-' || thing end, 1, 1,
         case when thing % 7 > 0 then 100 + 10 * thing end
  from (select n, pg_temp.draw('thing', 30) as thing from generate_series(1, 1 + pg_temp.draw('lines', 3)) as n) as l;
  if pg_temp.draw('known', 3) > 0 then
    perform pg_temp.money(born);
  end if;
  if pg_temp.draw('came', 3) = 0 then
    insert into order_attribution values (born, 'facebook', 'c', 'set-' || pg_temp.draw('set', 4), 'click');
  end if;
end $$;

create function pg_temp.supplied(wanted bigint) returns void language sql as $$
  insert into supplier_order (order_id, parcel_group, our_number, state, lines, from_country, goods_minor, freight_minor)
  select wanted, coalesce((select max(parcel_group) from supplier_order where order_id = wanted), 0) + 1, gen_random_uuid()::text, 'intent',
         (select jsonb_agg(jsonb_build_object('vid', 'v', 'line_gid', line_gid, 'quantity', 1 + id % 3, 'price_minor', 300 + id % 11))
          from order_line where order_id = wanted),
         'CN', 1000, 100 + wanted % 700
  where not exists (select 1 from supplier_order where order_id = wanted and state not in ('cancelled', 'failed'))
  on conflict do nothing
$$;

create function pg_temp.given_back(wanted bigint) returns void language plpgsql as $$
declare
  fresh bigint;
begin
  insert into order_refund (order_id, gid, at, shipping_minor, tax_minor, duties_minor, adjustment_minor)
  select wanted, 'refund-' || wanted || '-' || pg_temp.draw('which', 3), greatest(created_at, now() - make_interval(secs => pg_temp.draw('back', 20 * 86400))),
         pg_temp.draw('ship', 300), pg_temp.draw('tax', 50), 0, pg_temp.draw('adjust', 200) - 50
  from shop_order where id = wanted
  on conflict (gid) do update set shipping_minor = excluded.shipping_minor, adjustment_minor = excluded.adjustment_minor
  returning id into fresh;
  insert into order_refund_line (refund_id, line_gid, quantity, net_minor, tax_minor)
  select fresh, line_gid, 1, 100 + pg_temp.draw('net', 500), pg_temp.draw('tax', 60)
  from order_line where order_id = wanted and pg_temp.draw('line', 3) > 0
  on conflict (refund_id, line_gid) do update set net_minor = excluded.net_minor;
end $$;

create function pg_temp.advertised() returns void language sql as $$
  insert into ad_metric (platform, campaign, ad_set, product_id, shop_date, currency, spend_minor, impressions, clicks, purchases, revenue_minor)
  select 'facebook', 'c', 'set-' || pg_temp.draw('set', 4), (select id from product where pid = (select 'storm-' || pg_temp.draw('advertised', 3))),
         books_day(now()) - pg_temp.draw('day', 12), case pg_temp.draw('currency', 8) when 0 then 'JPY' else 'USD' end, pg_temp.draw('spend', 5000), 1000, 90,
         pg_temp.draw('bought', 5), pg_temp.draw('revenue', 9000)
  on conflict (platform, campaign, ad_set, product_id, shop_date, currency) do update
  set spend_minor = excluded.spend_minor, purchases = excluded.purchases, revenue_minor = excluded.revenue_minor
$$;

create function pg_temp.happens(wanted bigint) returns void language plpgsql as $$
begin
  case pg_temp.draw('what', 14)
    when 0, 1, 2 then perform pg_temp.money(wanted);
    when 3, 4 then perform pg_temp.supplied(wanted);
    when 5 then
      update supplier_order set state = 'paid', paid_at = now(), charged_minor = goods_minor + freight_minor + wanted % 5
      where order_id = wanted and state = 'intent';
      update shop_order set state = 'placed', placed_at = coalesce(placed_at, now()) where id = wanted and state = 'received';
    when 6 then update supplier_order set state = 'cancelled' where order_id = wanted;
    when 7 then update shop_order set state = 'fulfilled', fulfilled_at = coalesce(fulfilled_at, now()) where id = wanted;
    when 8 then
      update shop_order set shop_cancelled_at = case when shop_cancelled_at is null and pg_temp.draw('cancel', 4) = 0 then now() end
      where id = wanted;
    when 9, 10 then perform pg_temp.given_back(wanted);
    when 11 then
      insert into supplier_credit (order_id, key, at, minor) values (wanted, 'credit-' || wanted, now() - interval '1 day', pg_temp.draw('credit', 900))
      on conflict (key) do update set minor = excluded.minor;
    when 12 then
      update shop_order set supply_duty_minor = pg_temp.draw('duty', 300), supply_duty_source = 'invoice',
                            financial = case when financial = 'PENDING' then 'PAID' else financial end
      where id = wanted;
    else delete from order_refund where order_id = wanted;
  end case;
end $$;

create procedure pg_temp.storm(part integer, orders integer) language plpgsql as $$
declare
  wanted bigint[];
begin
  for number in 1 .. orders loop
    perform pg_temp.born(part, number);
    commit;
    for step in 1 .. 2 loop
      -- now and then several orders in one transaction; in the order of their rows, as everybody takes these
      wanted := array(select distinct pg_temp.any_order() from generate_series(1, case pg_temp.draw('several', 5) when 0 then 3 else 1 end) order by 1);
      perform pg_temp.happens(w) from unnest(wanted) as w where w is not null;
      if pg_temp.draw('undone', 10) = 0 then
        rollback;
      else
        commit;
      end if;
    end loop;
    if pg_temp.draw('report', 15) = 0 then
      perform pg_temp.advertised();
      commit;
    end if;
  end loop;
end $$;

select set_config('storm.n', '0', false), set_config('storm.seed', :'seed' || '/' || :'part', false) \g /dev/null
call pg_temp.storm(:part, :orders);
