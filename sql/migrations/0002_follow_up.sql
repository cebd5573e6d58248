-- What following orders needs beside the first tables: what a supplier order was made from, quick trimming of sent events,
-- and partitions of the history made and dropped by name of the day.

alter table supplier_order add column detail_hash text;  -- lines + address of the shop order it was made from
create index supplier_order_state on supplier_order (state, changed_at desc);
create index outbox_sent on outbox (sent_at) where sent_at is not null;
create index order_event_would on order_event (order_id, (detail ->> 'hash')) where step = 'would';

-- A partition of job_run for each of the next `ahead` UTC days, today included; a day that already has rows in the default
-- partition stays there.  Returns how many were made.
create function job_run_make_days(ahead integer) returns integer language plpgsql as $$
declare
  day date := (now() at time zone 'UTC')::date;
  made integer := 0;
  from_at timestamptz;
begin
  for i in 0 .. ahead loop
    from_at := (day + i)::timestamp at time zone 'UTC';
    if to_regclass('job_run_' || to_char(day + i, 'YYYYMMDD')) is null
       and not exists (select 1 from job_run_default
                       where started_at >= from_at and started_at < from_at + interval '1 day') then
      execute format('create table %I partition of job_run for values from (%L) to (%L)',
                     'job_run_' || to_char(day + i, 'YYYYMMDD'), from_at, from_at + interval '1 day');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

-- Drop the days that are older than keep_days, and such rows of the default partition.  Returns how many days went.
create function job_run_drop_days(keep_days integer) returns integer language plpgsql as $$
declare
  first_kept date := (now() at time zone 'UTC')::date - keep_days;
  part record;
  dropped integer := 0;
begin
  for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
              where i.inhparent = 'job_run'::regclass and c.relname ~ '^job_run_[0-9]{8}$' loop
    if to_date(substr(part.relname, 9), 'YYYYMMDD') < first_kept then
      execute format('drop table %I', part.relname);
      dropped := dropped + 1;
    end if;
  end loop;
  delete from job_run_default where started_at < first_kept::timestamp at time zone 'UTC';
  return dropped;
end $$;
