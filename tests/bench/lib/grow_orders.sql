-- Each seeded order `copies` times more, with new ids, to measure how answers grow: psql -v copies=99 -v part=0 -v parts=2 -f grow_orders.sql
-- makes the copies part + 1, part + 1 + parts, ..., so that sessions may share the work; part=-1, when all have ended, makes the sums of
-- days and products.  Ids move by a multiple of 8, so that each copy books into the slots of its model and a sum is copies + 1 times
-- what it was; `dropship analytics rebuild --check` agrees.  Takes a superuser: triggers would book each row by itself.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set session_replication_role = replica;

-- The columns of a table, with other expressions for some of them.
create function pg_temp.columns(of_table regclass, but jsonb) returns text language sql as $$
  select string_agg(coalesce(but ->> attname, quote_ident(attname)), ', ' order by attnum)
  from pg_attribute where attrelid = of_table and attnum > 0 and not attisdropped
$$;

-- The rows of a table once more; $1 = number of the copy, $2 to $7 = how far the ids of orders, lines, refunds, supplier orders and
-- parcels of a copy are from those of the one before, and the last order of the model.
create procedure pg_temp.copy_of(of_table regclass, but jsonb, model text, n integer, far bigint[]) language plpgsql as $$
begin
  execute format('insert into %s overriding system value select %s from %s t where %s', of_table, pg_temp.columns(of_table, but), of_table, model)
    using n, far[1], far[2], far[3], far[4], far[5];
end $$;

create procedure pg_temp.grow(part integer, parts integer, copies integer) language plpgsql as $$
declare
  far constant bigint[] := array[(select (max(id) / 8 + 1) * 8 from shop_order), (select max(id) from order_line), (select max(id) from order_refund),
                                 (select max(id) from supplier_order), (select max(id) from parcel)];
begin
  for n in part + 1 .. copies by parts loop
    call pg_temp.copy_of('shop_order', '{"id": "id + $1 * $2", "gid": "gid || ''-'' || $1", "name": "name || ''-'' || $1"}', 'id <= $2', n, far);
    call pg_temp.copy_of('order_line', '{"id": "id + $1 * $3", "order_id": "order_id + $1 * $2"}', 'order_id <= $2', n, far);
    call pg_temp.copy_of('order_refund', '{"id": "id + $1 * $4", "order_id": "order_id + $1 * $2", "gid": "gid || ''-'' || $1"}',
                         'order_id <= $2', n, far);
    call pg_temp.copy_of('order_refund_line', '{"refund_id": "refund_id + $1 * $4"}', 'refund_id <= $4', n, far);
    call pg_temp.copy_of('supplier_order', '{"id": "id + $1 * $5", "order_id": "order_id + $1 * $2", "our_number": "our_number || ''-'' || $1"}',
                         'order_id <= $2', n, far);
    call pg_temp.copy_of('parcel', '{"id": "id + $1 * $6", "supplier_order_id": "supplier_order_id + $1 * $5"}', 'supplier_order_id <= $5', n, far);
    call pg_temp.copy_of('order_day', '{"order_id": "order_id + $1 * $2"}', 'order_id <= $2', n, far);
    call pg_temp.copy_of('order_item_day', '{"order_id": "order_id + $1 * $2"}', 'order_id <= $2', n, far);
    commit;
  end loop;
end $$;

create procedure pg_temp.sums(copies integer) language plpgsql as $$
declare
  of_table regclass;
  sets text;
begin
  foreach of_table in array array['daily_sales', 'daily_product']::regclass[] loop
    select string_agg(format('%1$I = %1$I * $1', attname), ', ') into sets
    from pg_attribute where attrelid = of_table and attnum > 0 and attname not in ('shop_date', 'currency', 'item_id', 'slot');
    execute format('update %s set %s', of_table, sets) using copies + 1;
  end loop;
end $$;

select :part < 0 as last \gset
\if :last
call pg_temp.sums(:copies);
select tally_recount() \g /dev/null
\else
call pg_temp.grow(:part, :parts, :copies);
\endif
