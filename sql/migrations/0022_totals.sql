-- Totals that people and monitors ask for every few seconds, kept by the very transactions that change what is counted: to read them
-- costs the same with a thousand orders or ten million.

-- A total is the sum of its rows.  Each change adds a row of its own, so that no transaction waits for another; every hundredth
-- replaces the rows by their sums.
create table tally (
  id    bigint generated always as identity primary key,
  what  text not null,  -- 'order' (by state), 'order.placed', 'order.paid', 'order.fulfilled', 'spent' (minor units, by currency)
  key   text not null,
  n     bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create view total as
  select what, key, sum(n)::bigint as n from tally group by what, key having sum(n) <> 0;

-- Orders with a payment to the supplier: several of its parcels may have been paid, it counts once.
create table order_paid (order_id bigint primary key);

-- Whoever finds another at it leaves it to them.  Once in a transaction: what it has folded stays there, dead, until it ends, and a
-- statement that moves all orders would walk over it again and again.  Not in one whose look is older than the rows.
create function tally_fold() returns void language plpgsql as $$
begin
  if current_setting('transaction_isolation') = 'read committed' and coalesce(current_setting('tally.folded', true), '') = ''
     and pg_try_advisory_xact_lock(9022, 0) then
    perform set_config('tally.folded', 'yes', true);
    with gone as (delete from tally returning what, key, n)
    insert into tally (what, key, n) select what, key, sum(n) from gone group by what, key having sum(n) <> 0;
  end if;
end $$;

create function tally_add(what text, key text, n numeric) returns void language plpgsql as $$
declare
  place bigint;
begin
  insert into tally (what, key, n) values (what, key, n) returning id into place;
  if place % 100 = 0 then
    perform tally_fold();
  end if;
end $$;

-- What one row adds to the totals; nothing for no row.
create function tally_of(o shop_order) returns table (what text, key text, n bigint) language sql immutable as $$
  select v.what, v.key, 1
  from (values ('order', o.state, o.state is not null), ('order.placed', '', o.placed_at is not null),
               ('order.fulfilled', '', o.fulfilled_at is not null)) as v (what, key, counts)
  where counts
$$;
create function tally_of(s supplier_order) returns table (what text, key text, n bigint) language sql immutable as $$
  select 'spent', s.currency, s.charged_minor where s.paid_at is not null and s.charged_minor is not null
$$;

-- What counting gives.
create view total_counted as
  select t.what, t.key, sum(t.n)::bigint as n from shop_order o cross join lateral tally_of(o) as t group by t.what, t.key
  union all select t.what, t.key, sum(t.n)::bigint from supplier_order s cross join lateral tally_of(s) as t group by t.what, t.key
  union all select 'order.paid', '', count(distinct order_id) from supplier_order where paid_at is not null having count(*) > 0;

-- Everything counted anew, for a start and after rows were put in with the triggers off.  Orders may change meanwhile: a change is
-- counted here or in rows of its own, as both are seen in one look.  Supplier orders wait: who has paid ones is kept beside the rows.
create function tally_recount() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(9022, 0);
  lock table supplier_order in share row exclusive mode;
  with known as (select distinct order_id from supplier_order where paid_at is not null),
  less as (delete from order_paid p where not exists (select from known k where k.order_id = p.order_id)),
  more as (insert into order_paid select order_id from known on conflict do nothing),
  gone as (delete from tally)
  insert into tally (what, key, n)
  select what, key, n from total_counted;
end $$;

create function tally_order() returns trigger language plpgsql as $$
begin
  perform tally_add(d.what, d.key, sum(d.n))
  from (select what, key, - n as n from tally_of(old) union all select what, key, n from tally_of(new)) as d
  group by d.what, d.key having sum(d.n) <> 0;
  return null;
end $$;

create function tally_supply() returns trigger language plpgsql as $$
begin
  perform tally_add(d.what, d.key, sum(d.n))
  from (select what, key, - n as n from tally_of(old) union all select what, key, n from tally_of(new)) as d
  group by d.what, d.key having sum(d.n) <> 0;
  -- Two parcels of one order: the later transaction waits here and sees what the earlier has done.
  perform from order_paid where order_id = coalesce(new.order_id, old.order_id) for update;
  if new.paid_at is not null then
    insert into order_paid values (new.order_id) on conflict do nothing;
    if found then
      perform tally_add('order.paid', '', 1);
    end if;
  else
    delete from order_paid p
    where order_id = old.order_id
      and not exists (select from supplier_order s where s.order_id = p.order_id and s.paid_at is not null);
    if found then
      perform tally_add('order.paid', '', -1);
    end if;
  end if;
  return null;
end $$;

create function tally_all_gone() returns trigger language plpgsql as $$
begin
  perform tally_recount();
  return null;
end $$;

create trigger tally_in after insert or delete on shop_order for each row execute function tally_order();
create trigger tally_moved after update on shop_order for each row
  when ((old.state, old.placed_at is null, old.fulfilled_at is null) is distinct from (new.state, new.placed_at is null, new.fulfilled_at is null))
  execute function tally_order();
create trigger tally_all_gone after truncate on shop_order for each statement execute function tally_all_gone();

create trigger tally_in after insert on supplier_order for each row when (new.paid_at is not null) execute function tally_supply();
create trigger tally_moved after update on supplier_order for each row
  when ((old.paid_at is null, old.charged_minor, old.currency) is distinct from (new.paid_at is null, new.charged_minor, new.currency))
  execute function tally_supply();
create trigger tally_out after delete on supplier_order for each row when (old.paid_at is not null) execute function tally_supply();
create trigger tally_all_gone after truncate on supplier_order for each statement execute function tally_all_gone();

-- Last: the triggers keep others out of both tables until all is counted.
select tally_recount();
