-- What watching over orders needs: what a resting order waits for, how long a hold has lasted, how far a supplier order and
-- a poll behind are.

alter table poll_cursor add column behind boolean not null default false; -- the last run ended early: go on without overlap

alter table shop_order
  add column waits_for text check (waits_for in ('stop', 'dry_run', 'approve', 'auto')), -- goes on once STOP is off, or in this mode
  add column held_at timestamptz,                        -- start of the present hold
  add column attention integer not null default 0;       -- of the present hold: 0 none, 1 alert given, 2 cancelling suggested
update shop_order set waits_for = 'auto' where state = 'approval';
update shop_order set held_at = changed_at where state = 'held';

alter table supplier_order
  add column pay_tried_at timestamptz,                   -- last time a payment was sent
  add column shipped_at timestamptz,                     -- first seen shipped or delivered
  add column missing_at timestamptz;                     -- the supplier has not known it since

create index shop_order_waits on shop_order (created_at) where waits_for is not null;
create index shop_order_held on shop_order (held_at) where state = 'held' and attention < 2;
create index shop_order_adrift on shop_order (id)
  where next_job is null and state in ('received', 'waiting', 'flagged', 'placing', 'placed', 'shipped', 'fulfilled');
create index shop_order_problem on shop_order (id) where problem is not null;
create index supplier_order_created on supplier_order (created_at);
create index parcel_created on parcel (created_at);

-- When a person lets orders go on, those that wait only for that are woken at once instead of each asking by itself: the
-- change brings the job that wakes them.  Stopping brings nothing, so that it depends on nothing but its own small write.
create function setting_lets_go() returns trigger language plpgsql as $$
declare
  name_now text := case when tg_op = 'DELETE' then old.name else new.name end;
  value_now text := case when tg_op = 'DELETE' then '' else new.value end; -- '': the default, which stops nothing
  value_before text := case when tg_op = 'INSERT' then '' else old.value end;
begin
  if value_now <> value_before
     and ((name_now = 'stop' and value_before = '1') or (name_now = 'flow.fulfillment' and value_now <> 'off')) then
    insert into outbox (event, job_type, queue, args) values ('flow.resumed', 'orders.sweep', 'fulfillment', '[]');
  end if;
  return null;
end $$;
create trigger setting_lets_go after insert or update or delete on setting
  for each row execute function setting_lets_go();
