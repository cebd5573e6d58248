-- Money facts of order $1: shipping $2, taxes $3, duties $4, fee of the gateway $5 (NULL = not told), rate of the fee in ppm $6 and its fixed part $7
-- (NULL: no rate fits the currency), lines $8 (json array of line_gid, ordered, gross_minor, discount_minor, tax_minor, gift_card).
-- A fee that the gateway told before stays.  Returns lines: how many of the given are the order's; no row when there is no order.
with given as (
  select * from jsonb_to_recordset($8::jsonb)
    as g (line_gid text, ordered integer, gross_minor bigint, discount_minor bigint, tax_minor bigint, gift_card boolean)
), sold as (
  update order_line l
  set ordered = g.ordered, gross_minor = g.gross_minor, discount_minor = g.discount_minor, tax_minor = g.tax_minor,
      gift_card = g.gift_card
  from given g
  where l.order_id = $1::bigint and l.line_gid = g.line_gid
  returning l.id
), unsold as (
  update order_line l set ordered = 0, gross_minor = 0, discount_minor = 0, tax_minor = 0
  where l.order_id = $1::bigint and not exists (select 1 from given g where g.line_gid = l.line_gid)
), charged as (
  select coalesce(sum(gross_minor - discount_minor), 0) + $2::bigint + $3::bigint + $4::bigint as minor from given
)
update shop_order o
set money_at = coalesce(o.money_at, now()), shipping_minor = $2::bigint, tax_minor = $3::bigint, duties_minor = $4::bigint,
    fee_minor = case when $5::bigint is not null then $5::bigint when o.fee_source = 'gateway' then o.fee_minor
                     else books_mul_div(c.minor::bigint, $6::bigint, 1000000, false) + $7::bigint end,
    fee_source = case when $5::bigint is not null or o.fee_source = 'gateway' then 'gateway'
                      when $6::bigint is not null and $7::bigint is not null then 'rate' end
from charged c
where o.id = $1::bigint
returning (select count(*) from sold) as lines
