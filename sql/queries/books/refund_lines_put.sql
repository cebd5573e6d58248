-- The lines of refund $1 are those of $2 (json array of line_gid, quantity, net_minor, tax_minor), several rows of a line added.
with given as (
  select line_gid, sum(quantity)::integer as quantity, sum(net_minor)::bigint as net_minor, sum(tax_minor)::bigint as tax_minor
  from jsonb_to_recordset($2::jsonb) as g (line_gid text, quantity integer, net_minor bigint, tax_minor bigint)
  group by line_gid
), gone as (
  delete from order_refund_line l
  where l.refund_id = $1::bigint and not exists (select 1 from given g where g.line_gid = l.line_gid)
)
insert into order_refund_line (refund_id, line_gid, quantity, net_minor, tax_minor)
select $1::bigint, line_gid, quantity, net_minor, tax_minor from given
on conflict (refund_id, line_gid) do update
set quantity = excluded.quantity, net_minor = excluded.net_minor, tax_minor = excluded.tax_minor
