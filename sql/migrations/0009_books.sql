-- The books: what each order brought and cost, day by day, and the sums that the figures are read from.
-- Facts come first: amounts as the shop, the payment gateway, the supplier and the ad platforms told them, in minor units of
-- the order's currency (shop_order.currency, the shop's own); NULL is unknown and never 0.  All amounts of sales are without
-- tax, whatever the shop shows to buyers.

create domain minor_amount as bigint check (value between -1000000000000000 and 1000000000000000); -- so that sums fit

-- What is sold, for sums per product: a product of ours, else the shop's SKU, else the line's title.
create table sold_item (
  id          bigint generated always as identity primary key,
  key         text not null unique,               -- "p:17", "s:LAMP-BLACK", "t:Gift wrapping"
  product_id  bigint,                             -- of product
  title       text not null
);

alter table shop_order
  add column shop_date date,                      -- civil day of created_at in the shop's zone; NULL until the zone is known
  add column money_at timestamptz,                -- when the money facts of order and lines were read; NULL = never
  add column shipping_minor minor_amount,               -- shipping charged, without tax, after its discounts
  add column tax_minor minor_amount,                    -- all taxes charged: goods, shipping
  add column duties_minor minor_amount,                 -- import duties collected from the buyer
  add column fee_minor minor_amount,                    -- payment fee; a refund does not bring it back
  add column fee_source text check (fee_source in ('gateway', 'rate')),
  add column supply_shipping_minor minor_amount,        -- what the supplier takes for shipping
  add column supply_shipping_source text check (supply_shipping_source in ('invoice', 'quote')),
  add column supply_duty_minor minor_amount,            -- duty we bear
  add column supply_duty_source text check (supply_duty_source in ('invoice', 'rule')),
  add constraint shop_order_fee_known check ((fee_minor is null) = (fee_source is null));
create index shop_order_shop_date on shop_order (shop_date, id);
create index shop_order_undated on shop_order (id) where shop_date is null;

alter table order_line
  add column ordered integer check (ordered >= 0), -- sold: after edits, before refunds; NULL until money_at
  add column gross_minor minor_amount,                  -- price x ordered, without tax, before discounts
  add column discount_minor minor_amount,               -- its part of all discounts, without tax
  add column tax_minor minor_amount,                    -- its taxes
  add column gift_card boolean not null default false, -- money taken in advance: no revenue
  add column product_id bigint,                   -- resolved through the variant; NULL = not one of ours
  add column cost_minor minor_amount,                   -- goods of the line at the supplier
  add column cost_source text check (cost_source in ('invoice', 'quote', 'snapshot')), -- the first that is known
  add column snapshot_minor minor_amount,         -- one unit at the supplier's price when the line was first seen
  add column item_id bigint references sold_item (id), -- what was sold, for sums per product
  add constraint order_line_cost_known check ((cost_minor is null) = (cost_source is null));
create index order_line_product on order_line (product_id) where product_id is not null;

alter table supplier_order
  add column rate_e9 bigint,                      -- order's currency per unit of the supplier's, x 10^9, when it was quoted
  add column paid_rate_e9 bigint;                 -- when it was paid

-- What the buyer got back.  Booked on its own day.
create table order_refund (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references shop_order (id),
  gid         text not null unique,               -- the shop's
  at          timestamptz not null,
  shop_date   date,
  shipping_minor minor_amount not null default 0,       -- of shipping, without tax
  tax_minor   bigint not null default 0,          -- taxes beside those of the lines (shipping)
  duties_minor minor_amount not null default 0,
  adjustment_minor minor_amount not null default 0      -- given back beyond lines and shipping (negative: kept back)
);
create index order_refund_order on order_refund (order_id);
create index order_refund_undated on order_refund (id) where shop_date is null;
create table order_refund_line (
  refund_id   bigint not null references order_refund (id) on delete cascade,
  line_gid    text not null,                      -- of order_line
  quantity    integer not null check (quantity >= 0),
  net_minor   bigint not null,                    -- without tax, after discounts
  tax_minor   bigint not null default 0,
  primary key (refund_id, line_gid)
);

-- Money back from the supplier (dispute, lost parcel): cost of goods taken back on its own day.
create table supplier_credit (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references shop_order (id),
  key         text not null unique,               -- "cj.dispute:123"
  at          timestamptz not null,
  shop_date   date,
  minor       minor_amount not null check (minor >= 0)
);
create index supplier_credit_order on supplier_credit (order_id);
create index supplier_credit_undated on supplier_credit (id) where shop_date is null;

-- The ad set an order came from, by click id or UTM.
create table order_attribution (
  order_id    bigint primary key references shop_order (id),
  platform    text not null,
  campaign    text not null,
  ad_set      text not null,
  how         text not null check (how in ('click', 'utm'))
);

-- What the ad platforms report, per ad set and shop day; a later report overwrites an earlier one.
create table ad_metric (
  id          bigint generated always as identity primary key,
  platform    text not null,                      -- "tiktok", "facebook"
  campaign    text not null,
  ad_set      text not null,
  product_id  bigint,                             -- what is advertised; NULL = no single product
  shop_date   date not null,
  currency    text not null,
  spend_minor minor_amount not null check (spend_minor >= 0),
  impressions bigint not null default 0 check (impressions >= 0),
  clicks      bigint not null default 0 check (clicks >= 0),
  purchases   bigint not null default 0 check (purchases >= 0),
  revenue_minor minor_amount not null default 0 check (revenue_minor >= 0), -- as the platform attributes it
  read_at     timestamptz not null default now(),
  unique nulls not distinct (platform, campaign, ad_set, product_id, shop_date, currency)
);
create index ad_metric_day on ad_metric (shop_date, currency);

-- Visits to the store per shop day, as its own statistics count them.
create table store_sessions (
  shop_date   date primary key,
  sessions    bigint not null check (sessions >= 0),
  with_order  bigint not null check (with_order >= 0), -- sessions with at least one order
  source      text not null,                      -- "shopifyql"
  read_at     timestamptz not null default now()
);

-- ---- arithmetic, as common/base/money ----

create function books_exponent(cur text) returns integer language sql immutable parallel safe as $$
  select case when cur in ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV','XAF','XOF','XPF')
              then 0
              when cur in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then 3
              when cur in ('CLF','UYW') then 4 else 2 end
$$;

-- a * num / den, rounded half up (away from zero) or, with `up`, towards plus infinity.
create function books_mul_div(a bigint, num bigint, den numeric, up boolean) returns bigint language sql immutable parallel safe as $$
  select (q + case when up then (r > 0)::integer else (2 * abs(r) >= den)::integer * sign(r) end)::bigint
  from (select div(a::numeric * num, den) as q, mod(a::numeric * num, den) as r) as d
$$;

-- An amount of currency `cur` in currency `target` at rate_e9 (target per unit, x 10^9).  NULL without a rate.
create function books_convert(minor bigint, cur text, target text, rate_e9 bigint, up boolean) returns bigint
language sql immutable parallel safe as $$
  select books_mul_div(minor, rate_e9, 10::numeric ^ (9 + books_exponent(cur) - books_exponent(target)), up)
$$;

-- Largest remainder, ties to the lowest index.  NULL when a weight is negative or all are zero: the caller decides.
create function books_split(total bigint, weights bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare
  whole numeric := 0;
  shares bigint[];
begin
  if cardinality(weights) = 1 and weights[1] > 0 then
    return array[total];
  end if;
  select sum(w) into whole from unnest(weights) as w;
  if coalesce(whole, 0) = 0 or 0 > any (weights) then
    return null;
  end if;
  if total = 0 then
    return array_fill(0::bigint, array[cardinality(weights)]);
  end if;
  select array_agg((sign(total) * (share + (rank <= left_over)::integer))::bigint order by i) into shares
  from (select i, share, row_number() over (order by rest desc, i) as rank, abs(total) - sum(share) over () as left_over
        from (select i, div(abs(total)::numeric * w, whole) as share, mod(abs(total)::numeric * w, whole) as rest
              from unnest(weights) with ordinality as u (w, i)) as s) as r;
  return shares;
end $$;

-- Currency `target` per unit of `cur` x 10^9 as it is set now; NULL when nobody has told.
create function books_rate(cur text, target text) returns bigint language plpgsql stable as $$
begin
  if cur = target then
    return 1000000000;
  elsif cur = 'USD' then
    return (select value::bigint from setting where name = 'money.usd_rate_e9' and value ~ '^[0-9]{1,18}$');
  end if;
  return (select split_part(pair, ':', 2)::bigint
          from setting, unnest(string_to_array(replace(value, ' ', ''), ',')) as pair
          where name = 'money.rates' and pair ~ ('^' || cur || ':[0-9]{1,18}$') limit 1);
end $$;

-- The shop's civil day of an instant; NULL while its zone is not known, or is none.
create function books_day(at timestamptz) returns date language plpgsql stable as $$
begin
  return (select (books_day.at at time zone timezone)::date from shop_info);
exception when invalid_parameter_value then
  return null;
end $$;

-- ---- what follows from a fact when it is written ----

create function books_date_order() returns trigger language plpgsql as $$
begin
  new.shop_date := books_day(new.created_at);
  return new;
end $$;
create trigger books_date before insert on shop_order for each row when (new.shop_date is null) execute function books_date_order();

create function books_date_event() returns trigger language plpgsql as $$
begin
  new.shop_date := books_day(new.at);
  return new;
end $$;
create trigger books_date before insert on order_refund for each row when (new.shop_date is null)
  execute function books_date_event();
create trigger books_date before insert on supplier_credit for each row when (new.shop_date is null)
  execute function books_date_event();

-- Give a day to orders, refunds and credits that were written before the zone was known, the newest first, so many that a statement
-- can.  How many got one.
create function books_date(most integer) returns bigint language plpgsql as $$
declare
  dated bigint := 0;
  more bigint;
begin
  if books_day(now()) is null then
    return 0;
  end if;
  update shop_order set shop_date = books_day(created_at)
  where id = any (array(select id from shop_order where shop_date is null order by id desc limit most));
  get diagnostics dated = row_count;
  update order_refund set shop_date = books_day(at)
  where id = any (array(select id from order_refund where shop_date is null order by id desc limit most));
  get diagnostics more = row_count;
  dated := dated + more;
  update supplier_credit set shop_date = books_day(at)
  where id = any (array(select id from supplier_credit where shop_date is null order by id desc limit most));
  get diagnostics more = row_count;
  return dated + more;
end $$;

-- The zone is told; each time the shop names it again some more get their day, and a rebuild gives it to all.  A zone that changes
-- later moves nothing.
create function books_zone_known() returns trigger language plpgsql as $$
begin
  perform books_date(2000);
  return null;
end $$;
create trigger books_zone_known after insert or update of timezone on shop_info for each row execute function books_zone_known();

-- What a line sells, and what it costs while nobody has quoted it.
create function books_line_resolve() returns trigger language plpgsql as $$
declare
  cur text := (select currency from shop_order where id = new.order_id);
  item_key text;
begin
  if new.item_id is null or (new.product_id is null and (new.variant_gid, new.sku) is distinct from (old.variant_gid, old.sku)) then
    new.product_id := coalesce(new.product_id, (select product_id from variant where shop_gid = new.variant_gid),
                               (select product_id from variant where sku = new.sku and new.sku <> '' order by id limit 1));
    item_key := case when new.product_id is not null then 'p:' || new.product_id
                     when new.sku <> '' then 's:' || new.sku else 't:' || new.title end;
    new.item_id := (select id from sold_item where key = item_key);
    if new.item_id is null then
      insert into sold_item (key, product_id, title) values (item_key, new.product_id, new.title) on conflict (key) do nothing;
      new.item_id := (select id from sold_item where key = item_key);
    end if;
  end if;
  if tg_op = 'INSERT' and new.snapshot_minor is null then
    new.snapshot_minor := coalesce(
      (select books_convert(snapshot_minor, snapshot_currency, cur, books_rate(snapshot_currency, cur), true)
       from variant_mapping where shop_sku = new.sku and confirmed_at is not null order by rank, id limit 1),
      (select books_convert(cost_minor, cost_currency, cur, books_rate(cost_currency, cur), true)
       from variant where shop_gid = new.variant_gid));
  end if;
  if new.cost_source is null or new.cost_source = 'snapshot' then
    new.cost_minor := new.snapshot_minor * coalesce(new.ordered, greatest(new.quantity, case tg_op when 'UPDATE' then old.quantity end));
    new.cost_source := case when new.cost_minor is not null then 'snapshot' end;
  end if;
  return new;
end $$;
create trigger books_line before insert or update of variant_gid, sku, ordered, snapshot_minor, cost_minor, cost_source on order_line
  for each row execute function books_line_resolve();
create index variant_sku on variant (sku);
create index variant_mapping_sku on variant_mapping (shop_sku, rank);

-- The rate a supplier's order was quoted and paid at is kept with it.
create function books_supply_rate() returns trigger language plpgsql as $$
declare
  cur text := (select currency from shop_order where id = new.order_id);
begin
  if tg_op = 'INSERT' then
    new.rate_e9 := coalesce(new.rate_e9, books_rate(new.currency, cur));
  elsif (new.goods_minor, new.freight_minor) is distinct from (old.goods_minor, old.freight_minor) then
    new.rate_e9 := books_rate(new.currency, cur);
  end if;
  if new.paid_at is not null and new.paid_rate_e9 is null then
    new.paid_rate_e9 := books_rate(new.currency, cur);
  end if;
  return new;
end $$;
create trigger books_supply_rate before insert or update of goods_minor, freight_minor, paid_at on supplier_order
  for each row execute function books_supply_rate();

-- The living supplier orders of an order in its own currency: per line what the goods cost, per supplier order its shipping
-- (line_gid NULL).  An invoice (charged and paid) is converted once, half up, and split by the quote; a quote is rounded up part
-- by part.  NULL amounts: a price is not known, or no rate.
create function books_supply(wanted bigint) returns table (line_gid text, minor bigint, source text) language sql stable as $$
  with supply as (
    select s.id, s.currency as cur, o.currency as target, s.rate_e9, s.lines, s.freight_minor,
           case when s.paid_at is not null
                then books_convert(s.charged_minor, s.currency, o.currency, s.paid_rate_e9, false) end as invoice
    from supplier_order s join shop_order o on o.id = s.order_id
    where s.order_id = wanted and s.state not in ('cancelled', 'failed')
  ), part as (
    select s.id, row_number() over (partition by s.id order by p.n) as i, p.line_gid, p.minor, s.invoice,
           case when s.invoice is null then books_convert(p.minor, s.cur, s.target, s.rate_e9, true) end as quote
    from supply s
    cross join lateral (
      select n, l ->> 'line_gid' as line_gid, nullif((l ->> 'price_minor')::bigint, 0) * (l ->> 'quantity')::bigint as minor
      from jsonb_array_elements(s.lines) with ordinality as e (l, n)
      union all
      select 1000000, null, s.freight_minor) as p
  ), share as (
    select id, books_split(invoice, array_agg(minor order by i)) as shares
    from part where invoice is not null group by id, invoice having count(*) = count(minor)
  )
  select p.line_gid, case when p.invoice is not null then h.shares[p.i] else p.quote end,
         case when p.invoice is not null then 'invoice' else 'quote' end
  from part p left join share h on h.id = p.id
$$;

-- Duty by the dated table for what the supplier sends; NULL without a rule or a customs code.
create function books_duty(wanted bigint) returns bigint language sql stable as $$
  with sent as (
    select s.id, s.from_country, o.address ->> 'country_code' as dest, o.currency as target, s.currency as cur, s.rate_e9,
           coalesce(o.shop_date, (o.created_at at time zone 'UTC')::date) as day,
           (select sum(nullif((l ->> 'price_minor')::bigint, 0) * (l ->> 'quantity')::bigint)::bigint from jsonb_array_elements(s.lines) as l) as goods,
           (select count(distinct left(p.detail ->> 'hs_code', 6))
            from jsonb_array_elements(s.lines) as l join variant v on v.vid = l ->> 'vid' join product p on p.id = v.product_id) as codes,
           (select bool_and(length(p.detail ->> 'hs_code') >= 6)
            from jsonb_array_elements(s.lines) as l left join variant v on v.vid = l ->> 'vid' left join product p on p.id = v.product_id
           ) as coded
    from supplier_order s join shop_order o on o.id = s.order_id
    where s.order_id = wanted and s.state not in ('cancelled', 'failed')
  ), valued as (
    select sent.*, books_convert(goods, cur, target, rate_e9, true) as worth from sent
  ), ruled as (
    select v.*, r.fixed, r.ad_valorem_ppm, r.most, r.found
    from valued v
    left join lateral (
      select case when r.fixed_minor = 0 then 0
                  else books_convert(r.fixed_minor, r.currency, v.target, books_rate(r.currency, v.target), true) end as fixed,
             r.ad_valorem_ppm, true as found,
             case when r.max_value_minor is not null
                  then books_convert(r.max_value_minor, r.currency, v.target, books_rate(r.currency, v.target), false) end as most,
             r.max_value_minor
      from duty_rule r
      where r.origin = v.from_country and (r.dest = v.dest or (r.dest = 'EU' and exists (select 1 from market m where m.country = v.dest and m.eu)))
        and v.day between r.valid_from and coalesce(r.valid_to, 'infinity')
      order by (r.dest = v.dest) desc, r.valid_from desc, r.id desc limit 1) as r
      on r.max_value_minor is null or (r.most is not null and v.worth <= r.most)
  )
  select case when count(*) = count(one) then sum(one)::bigint end
  from (select case when found and (fixed = 0 or coded)
                    then fixed * codes + books_mul_div(worth, ad_valorem_ppm, 1000000, false) end as one from ruled) as d
$$;

-- Costs of an order anew from its supplier orders.
create function books_costs(wanted bigint) returns void language plpgsql as $$
declare
  living boolean := exists (select 1 from supplier_order where order_id = wanted and state not in ('cancelled', 'failed'));
  duty bigint := books_duty(wanted);
begin
  with part as (
    select line_gid, case when count(*) = count(minor) then sum(minor)::bigint end as minor, max(source) as source
    from books_supply(wanted) group by line_gid
  ), cost as (
    select l.id, case when p.line_gid is not null then p.minor when living and l.quantity = 0 then 0 end as minor,
           coalesce(p.source, 'quote') as source
    from order_line l left join part p on p.line_gid = l.line_gid
    where l.order_id = wanted
  ), best as (
    select l.id, coalesce(c.minor, l.snapshot_minor * coalesce(l.ordered, l.quantity)) as minor,
           case when c.minor is not null then c.source when l.snapshot_minor is not null then 'snapshot' end as source
    from order_line l join cost c on c.id = l.id
  )
  update order_line l set cost_minor = b.minor, cost_source = b.source
  from best b where l.id = b.id and (l.cost_minor, l.cost_source) is distinct from (b.minor::minor_amount, b.source);
  with part as (
    select case when count(*) = count(minor) then sum(minor)::bigint end as minor, max(source) as source
    from books_supply(wanted) where line_gid is null having count(*) > 0
  ), best as (
    select (select minor from part) as minor, (select source from part where minor is not null) as source
  )
  update shop_order o
  set supply_shipping_minor = b.minor, supply_shipping_source = b.source,
      supply_duty_minor = case when o.supply_duty_source = 'invoice' then o.supply_duty_minor else duty end,
      supply_duty_source = case when o.supply_duty_source = 'invoice' then 'invoice' when duty is not null then 'rule' end
  from best b
  where o.id = wanted
    and (o.supply_shipping_minor, o.supply_shipping_source) is distinct from (b.minor::minor_amount, b.source)
        or (o.id = wanted and o.supply_duty_source is distinct from 'invoice' and o.supply_duty_minor is distinct from duty);
end $$;

create function books_supply_changed() returns trigger language plpgsql as $$
begin
  perform books_costs(new.order_id);
  return null;
end $$;
create trigger books_supply_new after insert on supplier_order for each row execute function books_supply_changed();
create trigger books_supply_changed after update on supplier_order for each row
  when ((old.goods_minor, old.freight_minor, old.charged_minor, old.paid_at, old.lines, old.from_country, old.rate_e9, old.paid_rate_e9,
         old.state in ('cancelled', 'failed'))
        is distinct from (new.goods_minor, new.freight_minor, new.charged_minor, new.paid_at, new.lines, new.from_country, new.rate_e9,
                          new.paid_rate_e9, new.state in ('cancelled', 'failed')))
  execute function books_supply_changed();

-- ---- what follows from the facts: per order and day, and the sums per day ----

-- What an order did on a day: it was placed, something was refunded, the supplier gave credit.
create table order_day (
  order_id    bigint not null,
  shop_date   date not null,
  currency    text not null,
  origin      text,                               -- ad set it came from, on its own day: platform, campaign, ad set, 0x1f between
  orders           smallint not null,               -- sales, unless cancelled before the goods were ordered
  unknown          smallint not null,               -- of them: what was sold for how much is not known yet
  incomplete       smallint not null,               -- a cost or the fee is not known: no part of contribution
  incomplete_later smallint not null,               -- refunds and credits of such orders, on their own days
  estimated        smallint not null,               -- in contribution with a cost or fee that is not billed yet
  fulfilled        smallint not null,               -- sent to the buyer
  refunded         smallint not null,               -- of fulfilled: something was given back since
  gross            bigint not null,                 -- before discounts
  discounts        bigint not null,
  returned         bigint not null,                 -- goods given back, and adjustments
  shipping         bigint not null,                 -- charged less given back
  taxes            bigint not null,                 -- the same
  duties           bigint not null,                 -- the same
  total_sales      bigint not null,                 -- all of the above
  refunds          bigint not null,                 -- all that was given back, with taxes
  goods            bigint not null,                 -- at the supplier, less credits; as far as known, like the next
  supply_shipping  bigint not null,
  supply_duty      bigint not null,
  fees             bigint not null,
  counted          bigint not null,                 -- net revenue of complete orders
  contribution     bigint not null,                 -- net revenue less all costs before ads, of complete orders
  primary key (order_id, shop_date)
);
create index order_day_day on order_day (shop_date, currency);

-- The same per item sold: revenue and costs of the order split over its items, so that they add up.
create table order_item_day (
  order_id    bigint not null,
  shop_date   date not null,
  currency    text not null,
  item_id     bigint not null references sold_item (id),
  ad_weight   bigint not null,                    -- net price of its lines, on the order's day
  units       integer not null,
  units_back  integer not null,
  net_revenue bigint not null,
  contribution bigint not null,
  incomplete  smallint not null,
  estimated   smallint not null,
  primary key (order_id, shop_date, item_id)
);
create index order_item_day_day on order_item_day (shop_date, currency);

-- Ad spend an order bears.  product_id 0: of an ad set for no single product.
create table order_ads (
  order_id    bigint not null,
  product_id  bigint not null,
  shop_date   date not null,
  currency    text not null,
  minor       bigint not null,
  primary key (order_id, product_id)
);
create index order_ads_day on order_ads (shop_date, currency);

-- Sums of order_day.  A day has several rows (slot), added when read, so that many workers can book into today at once.
create table daily_sales (
  shop_date   date not null,
  currency    text not null,
  slot        smallint not null,                  -- order_id modulo 8
  orders           bigint not null,
  unknown          bigint not null,
  incomplete       bigint not null,
  incomplete_later bigint not null,
  estimated        bigint not null,
  fulfilled        bigint not null,
  refunded         bigint not null,
  gross            bigint not null,
  discounts        bigint not null,
  returned         bigint not null,
  shipping         bigint not null,
  taxes            bigint not null,
  duties           bigint not null,
  total_sales      bigint not null,
  refunds          bigint not null,
  goods            bigint not null,
  supply_shipping  bigint not null,
  supply_duty      bigint not null,
  fees             bigint not null,
  counted          bigint not null,
  contribution     bigint not null,
  primary key (shop_date, currency, slot)
);
-- Sums of order_item_day, and of order_ads by the product's item.
create table daily_product (
  shop_date   date not null,
  currency    text not null,
  item_id     bigint not null references sold_item (id),
  slot        smallint not null,                  -- as in daily_sales; ads stand in 0
  units       bigint not null default 0,
  units_back  bigint not null default 0,
  net_revenue bigint not null default 0,
  contribution bigint not null default 0,
  incomplete  bigint not null default 0,
  estimated   bigint not null default 0,
  ads         bigint not null default 0,
  primary key (shop_date, currency, item_id, slot)
);
-- Sums of ad_metric, and where the spend went: allocated + unallocated = spend.
create table daily_ads (
  shop_date   date not null,
  currency    text not null,
  spend       bigint not null,
  allocated   bigint not null,
  unallocated bigint not null,
  impressions bigint not null,
  clicks      bigint not null,
  purchases   bigint not null,
  revenue     bigint not null,
  primary key (shop_date, currency),
  check (allocated + unallocated = spend)
);

-- Orders with all that counts of them.  known: the money facts are there.  handed: the goods were ordered or sent.  dead: no
-- sale (never paid, or cancelled before it was handed off).  Costs are 0 where nothing was or will be ordered.
create function books_orders(ids bigint[]) returns table (
  order_id bigint, shop_date date, currency text, known boolean, dead boolean, complete boolean, estimated boolean,
  fulfilled boolean, refunded boolean, total bigint, gross bigint, discounts bigint, shipping bigint, taxes bigint, duties bigint,
  goods bigint, supply_shipping bigint, supply_duty bigint, fee bigint, spared boolean)
language sql stable as $$
  with stated as (
    select o.*, o.money_at is not null as has_money,
           o.placed_at is not null or o.fulfilled_at is not null or o.state in ('placed', 'shipped', 'fulfilled', 'delivered') as handed,
           o.financial in ('VOIDED', 'EXPIRED') as void
    from shop_order o
    where o.id = any (ids) and not o.test and o.shop_date is not null and o.currency is not null
  ), judged as (
    select s.*, s.void or (s.shop_cancelled_at is not null and not s.handed) as no_sale,
           case when s.fee_source = 'gateway' or s.financial in ('PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
                     or not (s.void or (s.shop_cancelled_at is not null and not s.handed)) then s.fee_minor
                else 0 end as fee_owed,
           l.*, not coalesce(l.has_goods, true)
                or (not s.handed and (s.void or s.shop_cancelled_at is not null or s.financial = 'REFUNDED')) as no_costs
    from stated s
    cross join lateral (
      select sum(gross_minor) filter (where not gift_card) as line_gross,
             sum(discount_minor) filter (where not gift_card) as line_discount,
             sum(cost_minor) filter (where not gift_card) as line_cost,
             bool_or(not gift_card and coalesce(ordered, quantity) > 0) as has_goods,
             coalesce(bool_or(not gift_card and coalesce(ordered, quantity) > 0 and cost_minor is null), false) as cost_open,
             coalesce(bool_or(not gift_card and cost_minor > 0 and cost_source <> 'invoice'), false) as cost_guessed
      from order_line where order_id = s.id) as l
  )
  select id, shop_date, currency, has_money, no_sale,
         (no_sale or has_money) and fee_owed is not null
           and (no_costs or (not cost_open and supply_shipping_minor is not null and supply_duty_minor is not null)),
         (fee_owed > 0 and fee_source = 'rate')
           or (not no_costs and (cost_guessed or supply_shipping_source <> 'invoice' or (supply_duty_minor > 0 and supply_duty_source <> 'invoice'))),
         fulfilled_at is not null or state in ('fulfilled', 'delivered'),
         exists (select 1 from order_refund r where r.order_id = judged.id),
         case when not has_money and financial = 'PAID' then total_minor end,
         coalesce(line_gross, 0)::bigint, coalesce(line_discount, 0)::bigint, shipping_minor, tax_minor, duties_minor,
         case when no_costs then 0 else coalesce(line_cost, 0) end::bigint,
         case when no_costs then 0 else coalesce(supply_shipping_minor, 0) end,
         case when no_costs then 0 else coalesce(supply_duty_minor, 0) end, coalesce(fee_owed, 0), no_costs
  from judged
$$;

-- order_day as it must be for these orders.
create function books_order_days(ids bigint[]) returns setof order_day language sql stable as $$
  with o as (
    select * from books_orders(ids)
  ), part as (
    select order_id, shop_date, currency,
           (select platform || chr(31) || campaign || chr(31) || ad_set from order_attribution a where a.order_id = o.order_id) as origin,
           (not dead)::integer as orders, (not dead and not known)::integer as unknown, (not complete)::integer as incomplete,
           0 as incomplete_later, (complete and coalesce(estimated, false))::integer as estimated,
           (not dead and fulfilled)::integer as fulfilled, (not dead and fulfilled and refunded)::integer as refunded,
           case when sold then gross else 0 end as gross, case when sold then discounts else 0 end as discounts, 0 as returned,
           case when sold then shipping else 0 end as shipping, case when sold then taxes else 0 end as taxes,
           case when sold then duties else 0 end as duties,
           case when sold then gross - discounts + shipping + taxes + duties when not dead then coalesce(total, 0) else 0 end as total_sales,
           0 as refunds, goods, supply_shipping, supply_duty, fee as fees,
           case when complete and sold then gross - discounts + shipping else 0 end as counted,
           case when complete then case when sold then gross - discounts + shipping else 0 end
                                   - goods - supply_shipping - supply_duty - fee
                else 0 end as contribution
    from (select *, known and not dead as sold from o) as o
    union all
    select o.order_id, r.shop_date, o.currency, null, 0, 0, 0, (not o.complete)::integer, 0, 0, 0,
           0, 0, b.net + r.adjustment_minor, - r.shipping_minor, - (b.tax + r.tax_minor), - r.duties_minor,
           - (b.net + r.adjustment_minor + r.shipping_minor + b.tax + r.tax_minor + r.duties_minor),
           b.net + r.adjustment_minor + r.shipping_minor + b.tax + r.tax_minor + r.duties_minor, 0, 0, 0, 0,
           case when o.complete then - (b.net + r.adjustment_minor + r.shipping_minor) else 0 end,
           case when o.complete then - (b.net + r.adjustment_minor + r.shipping_minor) else 0 end
    from o join order_refund r on r.order_id = o.order_id
    cross join lateral (
      select coalesce(sum(l.net_minor), 0)::bigint as net, coalesce(sum(l.tax_minor), 0)::bigint as tax
      from order_refund_line l
      where l.refund_id = r.id
        and not exists (select 1 from order_line g where g.order_id = o.order_id and g.line_gid = l.line_gid and g.gift_card)) as b
    where o.known and not o.dead and r.shop_date is not null
    union all
    select o.order_id, c.shop_date, o.currency, null, 0, 0, 0, (not o.complete)::integer, 0, 0, 0,
           0, 0, 0, 0, 0, 0, 0, 0, - c.minor, 0, 0, 0, 0, case when o.complete then c.minor else 0 end
    from o join supplier_credit c on c.order_id = o.order_id
    where c.shop_date is not null
  )
  select order_id, shop_date, currency, max(origin), sum(orders)::smallint, sum(unknown)::smallint, sum(incomplete)::smallint, sum(incomplete_later)::smallint,
         sum(estimated)::smallint, sum(fulfilled)::smallint, sum(refunded)::smallint,
         sum(gross)::bigint, sum(discounts)::bigint, sum(returned)::bigint, sum(shipping)::bigint, sum(taxes)::bigint,
         sum(duties)::bigint, sum(total_sales)::bigint, sum(refunds)::bigint, sum(goods)::bigint, sum(supply_shipping)::bigint,
         sum(supply_duty)::bigint, sum(fees)::bigint, sum(counted)::bigint, sum(contribution)::bigint
  from part group by order_id, shop_date, currency
$$;

-- order_item_day as it must be for these orders.  Shipping, and costs that are the order's, go to the items by net price (by
-- units where everything was free), what a refund gives back beyond its lines by those, a credit by the cost of goods.
create function books_order_items(ids bigint[]) returns setof order_item_day language sql stable as $$
  with o as (
    select * from books_orders(ids) where known and not dead
  ), sale as (
    select o.order_id, o.shop_date, o.currency, o.complete, o.complete and coalesce(o.estimated, false) as estimated, o.shipping,
           o.supply_shipping + o.supply_duty + o.fee as rest, v.items, v.nets, v.units,
           case when o.spared then array_fill(0::bigint, array[cardinality(v.items)]) else v.costs end as costs,
           case when v.worth > 0 and 0 <= all (v.nets) then v.nets else v.units end as weights
    from o
    cross join lateral (
      select array_agg(item_id order by item_id) as items, array_agg(net order by item_id) as nets, array_agg(units order by item_id) as units,
             array_agg(cost order by item_id) as costs, sum(net) as worth
      from (select item_id, sum(gross_minor - discount_minor)::bigint as net, sum(ordered)::bigint as units,
                   coalesce(sum(cost_minor), 0)::bigint as cost
            from order_line l
            where l.order_id = o.order_id and not gift_card and ordered > 0 and item_id is not null
            group by item_id) as i
      having count(*) > 0) as v
  ), back as (
    -- what is given back of a line that is not among the items goes with the rest
    select s.order_id, r.id, r.shop_date, s.currency, s.complete, s.items, s.weights,
           r.adjustment_minor + r.shipping_minor - coalesce(sum(b.net), 0)::bigint
             + coalesce((select sum(l.net_minor) from order_refund_line l
                         where l.refund_id = r.id
                           and not exists (select 1 from order_line g
                                           where g.order_id = s.order_id and g.line_gid = l.line_gid and g.gift_card)), 0)::bigint as rest,
           array_agg(coalesce(b.net, 0) order by u.n) as nets, array_agg(coalesce(b.units, 0) order by u.n) as units
    from sale s join order_refund r on r.order_id = s.order_id and r.shop_date is not null
    cross join lateral unnest(s.items) with ordinality as u (item_id, n)
    left join lateral (
      select sum(l.net_minor)::bigint as net, sum(l.quantity)::bigint as units
      from order_refund_line l join order_line g on g.order_id = s.order_id and g.line_gid = l.line_gid
      where l.refund_id = r.id and g.item_id = u.item_id and not g.gift_card) as b on true
    group by s.order_id, r.id, r.shop_date, s.currency, s.complete, s.items, s.weights
  ), part as (
    select s.order_id, s.shop_date, s.currency, u.item_id, u.net as ad_weight, u.units, 0 as units_back, u.net + u.shipping as net_revenue,
           case when s.complete then u.net + u.shipping - u.cost - u.rest else 0 end as contribution,
           (not s.complete)::integer as incomplete, s.estimated::integer as estimated
    from sale s
    cross join lateral unnest(s.items, s.nets, s.units, s.costs, books_split(s.shipping, s.weights), books_split(s.rest, s.weights))
      as u (item_id, net, units, cost, shipping, rest)
    union all
    select b.order_id, b.shop_date, b.currency, u.item_id, 0, 0, u.units, - (u.net + u.rest),
           case when b.complete then - (u.net + u.rest) else 0 end, 0, 0
    from back b
    cross join lateral unnest(b.items, b.nets, b.units, coalesce(books_split(b.rest, b.nets), books_split(b.rest, b.weights)))
      as u (item_id, net, units, rest)
    union all
    select s.order_id, c.shop_date, s.currency, u.item_id, 0, 0, 0, 0, case when s.complete then u.minor else 0 end, 0, 0
    from sale s join supplier_credit c on c.order_id = s.order_id and c.shop_date is not null
    cross join lateral unnest(s.items, coalesce(books_split(c.minor, s.costs), books_split(c.minor, s.weights))) as u (item_id, minor)
  )
  select order_id, shop_date, currency, item_id, sum(ad_weight)::bigint, sum(units)::integer, sum(units_back)::integer,
         sum(net_revenue)::bigint, sum(contribution)::bigint, sum(incomplete)::smallint, sum(estimated)::smallint
  from part group by order_id, shop_date, currency, item_id
$$;

-- Who bears the ad spend of a day: an ad set's goes in equal shares to the orders that came from it that day; what a product's ad
-- sets have left goes to that day's other orders of the product by the net price of its lines; the rest stays unallocated.
-- Other orders are those that bear no share of an ad set of theirs.
create function books_ads_of(day date, cur text) returns table (order_id bigint, product_id bigint, minor bigint)
language sql stable as $$
  with metric as (
    select platform || chr(31) || campaign || chr(31) || ad_set as origin, m.product_id, spend_minor as spend
    from ad_metric m where m.shop_date = day and m.currency = cur
  ), ad_set as (
    select origin, sum(spend)::bigint as spend,
           case when count(*) = count(m.product_id) and min(m.product_id) = max(m.product_id) then min(m.product_id) else 0 end as product_id
    from metric m group by origin
  ), direct as (
    select a.origin, a.product_id, a.spend, array_agg(d.order_id order by d.order_id) as ids
    from ad_set a join order_day d on d.shop_date = day and d.currency = cur and d.origin = a.origin and d.orders = 1
    where a.spend > 0 group by a.origin, a.product_id, a.spend
  ), taken as (
    select u.order_id, d.product_id, u.minor
    from direct d
    cross join lateral unnest(d.ids, books_split(d.spend, array_fill(1::bigint, array[cardinality(d.ids)]))) as u (order_id, minor)
  ), pool as (
    select m.product_id, sum(m.spend)::bigint as spend
    from metric m where m.product_id is not null and not exists (select 1 from direct d where d.origin = m.origin)
    group by m.product_id having sum(m.spend) > 0
  ), other as (
    select p.product_id, p.spend, i.order_id, sum(i.ad_weight)::bigint as weight
    from pool p join sold_item s on s.product_id = p.product_id
    join order_item_day i on i.item_id = s.id and i.shop_date = day and i.currency = cur and i.ad_weight > 0
    where not exists (select 1 from taken t where t.order_id = i.order_id)
    group by p.product_id, p.spend, i.order_id
  ), spread as (
    select u.order_id, o.product_id, u.minor
    from (select product_id, spend, array_agg(order_id order by order_id) as ids, array_agg(weight order by order_id) as weights
          from other group by product_id, spend) as o
    cross join lateral unnest(o.ids, books_split(o.spend, o.weights)) as u (order_id, minor)
  )
  select t.order_id, t.product_id, sum(t.minor)::bigint
  from (select * from taken union all select * from spread) as t
  group by t.order_id, t.product_id having sum(t.minor) <> 0
$$;

-- daily_ads as it must be for a day whose order_ads are right; no row without metrics.
create function books_daily_ads_of(day date, cur text) returns setof daily_ads language sql stable as $$
  select day, cur, m.spend, a.minor, m.spend - a.minor, m.impressions, m.clicks, m.purchases, m.revenue
  from (select sum(spend_minor)::bigint as spend, sum(impressions)::bigint as impressions, sum(clicks)::bigint as clicks,
               sum(purchases)::bigint as purchases, sum(revenue_minor)::bigint as revenue, count(*) as rows
        from ad_metric where shop_date = day and currency = cur) as m,
       (select coalesce(sum(minor), 0)::bigint as minor from order_ads where shop_date = day and currency = cur) as a
  where m.rows > 0
$$;

-- Share the ad spend of a day anew.  The caller holds the day's lock (books_lock_day).
create function books_allocate(day date, cur text) returns void language plpgsql set enable_hashjoin to on as $$
declare
  fresh order_ads[];
  before order_ads[];
begin
  select coalesce(array_agg(row (a.order_id, a.product_id, day, cur, a.minor)::order_ads order by a.order_id, a.product_id), '{}')
    into fresh from books_ads_of(day, cur) as a;
  select coalesce(array_agg(a order by a.order_id, a.product_id), '{}') into before
    from order_ads a where a.shop_date = day and a.currency = cur;
  if fresh <> before then
    insert into sold_item (key, product_id, title)
    select 'p:' || p.id, p.id, p.name from product p
    where p.id in (select product_id from unnest(fresh)) and not exists (select 1 from sold_item where key = 'p:' || p.id)
    on conflict (key) do nothing;
    delete from order_ads a where a.shop_date = day and a.currency = cur;
    insert into order_ads select * from unnest(fresh);
    insert into daily_product as d (shop_date, currency, item_id, slot, ads)
    select day, cur, s.id, 0, sum(a.minor)
    from (select product_id, minor from unnest(fresh) union all select product_id, - minor from unnest(before)) as a
    join sold_item s on s.key = 'p:' || a.product_id
    group by s.id having sum(a.minor) <> 0 order by s.id
    on conflict (shop_date, currency, item_id, slot) do update set ads = d.ads + excluded.ads;
  end if;
  delete from ads_due a where a.shop_date = day and a.currency = cur;
  delete from daily_ads a where a.shop_date = day and a.currency = cur
    and not exists (select 1 from books_daily_ads_of(day, cur) as f where f = a);
  insert into daily_ads select * from books_daily_ads_of(day, cur) on conflict do nothing;
end $$;

-- Whoever books into a day with ad spend does so alone; without, beside others, but never beside one who brings the first spend.
-- True when the day has spend to share.
create function books_lock_day(day date, cur text, brings boolean) returns boolean language plpgsql as $$
declare
  key integer := hashtext(day || cur);
  shares boolean := brings or exists (select 1 from ad_metric m where m.shop_date = day and m.currency = cur);
begin
  if not shares then
    perform pg_advisory_xact_lock_shared(9010, key);
    shares := exists (select 1 from ad_metric m where m.shop_date = day and m.currency = cur);
  end if;
  if shares then
    perform pg_advisory_xact_lock(9010, key);
  end if;
  return shares;
end $$;

-- Whether to share the day's spend anew for a booking.  A day of up to 500 orders: each time.  Sharing takes as long as the day has
-- orders, so a larger one waits until a fiftieth of them was booked since, or for the next ad report: ads_due counts.
create table ads_due (
  shop_date   date not null,
  currency    text not null,
  bookings    bigint not null,                    -- since the spend was shared
  primary key (shop_date, currency)
);
create function books_share_now(day date, cur text, brings boolean) returns boolean language plpgsql as $$
declare
  present bigint := (select sum(orders) from daily_sales d where d.shop_date = day and d.currency = cur);
  due bigint;
begin
  if brings or coalesce(present, 0) <= 500 then
    return true;
  end if;
  insert into ads_due as a values (day, cur, 1)
  on conflict (shop_date, currency) do update set bookings = a.bookings + 1 returning bookings into due;
  return due * 50 >= present;
end $$;

-- Book these orders, and the ad spend of these days ("2026-11-20 USD"), anew: what has changed goes into the sums.  All locks are
-- taken in one order (the order's, the day's, rows by key), so that transactions that book at once wait for each other; only two that
-- bring the same new names of what is sold, in opposite order, can lock one another out, and then Postgres lets one try again.
-- The order's lock makes the later of two see the facts of the earlier.
-- Its plans are worth keeping: making them takes longer than running them.  They are kept from when the tables were small, and must
-- suit large ones: by index.
create function books_run(ids bigint[], metric_days text[] default '{}') returns void language plpgsql
set plan_cache_mode to force_generic_plan set jit to off set enable_seqscan to off set enable_hashjoin to off
set enable_mergejoin to off as $$
declare
  days order_day[];
  days_before order_day[];
  items order_item_day[];
  items_before order_item_day[];
  d record;
  sharing text[] := '{}';
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'facts of the books are written at READ COMMITTED only';
  end if;
  perform pg_advisory_xact_lock_shared(9011, 0);
  perform pg_advisory_xact_lock(9009, b) from (select distinct (i % 1024)::integer as b from unnest(ids) as i order by 1) as buckets;
  select coalesce(array_agg(f order by f.order_id, f.shop_date), '{}') into days from books_order_days(ids) as f;
  select coalesce(array_agg(o order by o.order_id, o.shop_date), '{}') into days_before from order_day o where o.order_id = any (ids);
  select coalesce(array_agg(f order by f.order_id, f.shop_date, f.item_id), '{}') into items from books_order_items(ids) as f;
  select coalesce(array_agg(o order by o.order_id, o.shop_date, o.item_id), '{}') into items_before
    from order_item_day o where o.order_id = any (ids);
  for d in
    with given as ( -- what the shares of ad spend depend on: who is there, from which ad set, and net prices
      select order_id, shop_date, currency, orders::bigint as n, origin, 0::bigint as item_id from unnest(days) where orders <> 0
      union all select order_id, shop_date, currency, ad_weight, null, item_id from unnest(items) where ad_weight <> 0
    ), before as (
      select order_id, shop_date, currency, orders::bigint as n, origin, 0::bigint as item_id from unnest(days_before) where orders <> 0
      union all select order_id, shop_date, currency, ad_weight, null, item_id from unnest(items_before) where ad_weight <> 0
    )
    select day, cur, bool_or(brings) as brings
    from (select split_part(m, ' ', 1)::date as day, split_part(m, ' ', 2) as cur, true as brings from unnest(metric_days) as m
          union all select shop_date, currency, false from (table given except table before) as a
          union all select shop_date, currency, false from (table before except table given) as b) as c
    group by day, cur order by day, cur
  loop
    if books_lock_day(d.day, d.cur, d.brings) and books_share_now(d.day, d.cur, d.brings) then
      sharing := sharing || (d.day || ' ' || d.cur);
    end if;
  end loop;
  if days <> days_before then
    delete from order_day where order_id = any (ids);
    insert into order_day select * from unnest(days);
    insert into daily_sales as s
    select shop_date, currency, order_id % 8, sum(sign * orders), sum(sign * unknown), sum(sign * incomplete), sum(sign * incomplete_later), sum(sign * estimated),
           sum(sign * fulfilled), sum(sign * refunded), sum(sign * gross), sum(sign * discounts), sum(sign * returned),
           sum(sign * shipping), sum(sign * taxes), sum(sign * duties), sum(sign * total_sales), sum(sign * refunds),
           sum(sign * goods), sum(sign * supply_shipping), sum(sign * supply_duty), sum(sign * fees), sum(sign * counted), sum(sign * contribution)
    from (select 1 as sign, * from unnest(days) union all select -1, * from unnest(days_before)) as change
    group by shop_date, currency, order_id % 8
    order by shop_date, currency, order_id % 8
    on conflict (shop_date, currency, slot) do update
    set orders = s.orders + excluded.orders, unknown = s.unknown + excluded.unknown, incomplete = s.incomplete + excluded.incomplete,
        incomplete_later = s.incomplete_later + excluded.incomplete_later, estimated = s.estimated + excluded.estimated, fulfilled = s.fulfilled + excluded.fulfilled,
        refunded = s.refunded + excluded.refunded, gross = s.gross + excluded.gross, discounts = s.discounts + excluded.discounts,
        returned = s.returned + excluded.returned, shipping = s.shipping + excluded.shipping, taxes = s.taxes + excluded.taxes,
        duties = s.duties + excluded.duties, total_sales = s.total_sales + excluded.total_sales, refunds = s.refunds + excluded.refunds,
        goods = s.goods + excluded.goods, supply_shipping = s.supply_shipping + excluded.supply_shipping, supply_duty = s.supply_duty + excluded.supply_duty,
        fees = s.fees + excluded.fees, counted = s.counted + excluded.counted,
        contribution = s.contribution + excluded.contribution;
  end if;
  if items <> items_before then
    delete from order_item_day where order_id = any (ids);
    insert into order_item_day select * from unnest(items);
    insert into daily_product as p (shop_date, currency, item_id, slot, units, units_back, net_revenue, contribution, incomplete, estimated)
    select shop_date, currency, item_id, order_id % 8, sum(sign * units), sum(sign * units_back), sum(sign * net_revenue), sum(sign * contribution), sum(sign * incomplete), sum(sign * estimated)
    from (select 1 as sign, * from unnest(items) union all select -1, * from unnest(items_before)) as change
    group by shop_date, currency, item_id, order_id % 8
    having sum(sign * units) <> 0 or sum(sign * units_back) <> 0 or sum(sign * net_revenue) <> 0 or sum(sign * contribution) <> 0 or sum(sign * incomplete) <> 0 or sum(sign * estimated) <> 0
    order by shop_date, currency, item_id, order_id % 8
    on conflict (shop_date, currency, item_id, slot) do update
    set units = p.units + excluded.units, units_back = p.units_back + excluded.units_back, net_revenue = p.net_revenue + excluded.net_revenue,
        contribution = p.contribution + excluded.contribution, incomplete = p.incomplete + excluded.incomplete, estimated = p.estimated + excluded.estimated;
  end if;
  perform books_allocate(split_part(m, ' ', 1)::date, split_part(m, ' ', 2)) from unnest(sharing) as m;
end $$;

-- daily_sales and daily_product of some days as order_day, order_item_day and order_ads add up to.
create function books_daily_sales_of(first date, last date) returns setof daily_sales language sql stable as $$
  select shop_date, currency, (order_id % 8)::smallint,
         sum(orders)::bigint, sum(unknown)::bigint, sum(incomplete)::bigint, sum(incomplete_later)::bigint, sum(estimated)::bigint, sum(fulfilled)::bigint,
         sum(refunded)::bigint, sum(gross)::bigint, sum(discounts)::bigint, sum(returned)::bigint, sum(shipping)::bigint, sum(taxes)::bigint,
         sum(duties)::bigint, sum(total_sales)::bigint, sum(refunds)::bigint, sum(goods)::bigint, sum(supply_shipping)::bigint, sum(supply_duty)::bigint,
         sum(fees)::bigint, sum(counted)::bigint, sum(contribution)::bigint
  from order_day where shop_date between first and last
  group by shop_date, currency, order_id % 8
$$;
create function books_daily_product_of(first date, last date) returns setof daily_product language sql stable as $$
  select shop_date, currency, item_id, slot, sum(units)::bigint, sum(units_back)::bigint, sum(net_revenue)::bigint, sum(contribution)::bigint, sum(incomplete)::bigint, sum(estimated)::bigint,
         sum(ads)::bigint
  from (select shop_date, currency, item_id, (order_id % 8)::smallint as slot, units, units_back, net_revenue, contribution, incomplete,
               estimated, 0 as ads
        from order_item_day where shop_date between first and last
        union all
        select a.shop_date, a.currency, s.id, 0, 0, 0, 0, 0, 0, 0, a.minor
        from order_ads a join sold_item s on s.key = 'p:' || a.product_id where a.shop_date between first and last) as part
  group by shop_date, currency, item_id, slot
$$;

-- Make the sums of a day anew from its parts, alone: nobody books meanwhile.
create function books_remake(day date, cur text) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(9011, 0);
  perform books_allocate(day, cur);
  delete from daily_sales d where d.shop_date = day and d.currency = cur;
  insert into daily_sales select * from books_daily_sales_of(day, day) as f where f.currency = cur;
  delete from daily_product d where d.shop_date = day and d.currency = cur;
  insert into daily_product select * from books_daily_product_of(day, day) as f where f.currency = cur;
end $$;

-- ---- booking with the transaction that changes a fact ----

-- What a transaction has to book is noted in books.due and books.days (settings of the transaction) and booked at its commit,
-- once, by the trigger of the one row it puts here: the rows of today are then locked for the time of a commit only.
create unlogged table books_commit (id bigint generated always as identity primary key);

create function books_wake() returns void language plpgsql as $$
begin
  if coalesce(current_setting('books.due', true), '') = '' and coalesce(current_setting('books.days', true), '') = '' then
    insert into books_commit default values;
  end if;
end $$;

create function books_note(id bigint) returns void language plpgsql as $$
declare
  due text := coalesce(nullif(current_setting('books.due', true), ''), ',');
begin
  if position(',' || id || ',' in due) = 0 then
    perform books_wake();
    perform set_config('books.due', due || id || ',', true);
  end if;
end $$;

create function books_settle() returns trigger language plpgsql as $$
declare
  due text := coalesce(current_setting('books.due', true), '');
  days text := coalesce(current_setting('books.days', true), '');
begin
  delete from books_commit where id = new.id;
  perform set_config('books.due', '', true), set_config('books.days', '', true);
  perform books_run(array(select i::bigint from unnest(string_to_array(trim(both ',' from due), ',')) as i order by i::bigint),
                    array(select distinct d from unnest(string_to_array(trim(both ',' from days), ',')) as d));
  return null;
end $$;
create constraint trigger books_settle after insert on books_commit deferrable initially deferred
  for each row execute function books_settle();

create function books_order_changed() returns trigger language plpgsql as $$
begin
  perform books_note(new.id);
  return null;
end $$;
create function books_order_gone() returns trigger language plpgsql as $$
begin
  perform books_note(old.id);
  return null;
end $$;
-- Without orders only the ad spend is left.
create function books_all_gone() returns trigger language plpgsql as $$
begin
  if exists (select 1 from order_day offset 1000) then
    truncate order_day, order_item_day, order_ads, ads_due, daily_sales, daily_product, daily_ads;
  else
    delete from order_day; delete from order_item_day; delete from order_ads; delete from ads_due; -- quicker for a few
    delete from daily_sales; delete from daily_product; delete from daily_ads;
  end if;
  insert into daily_ads
  select f.* from (select distinct shop_date, currency from ad_metric) as d cross join lateral books_daily_ads_of(d.shop_date, d.currency) as f;
  return null;
end $$;
create function books_part_changed() returns trigger language plpgsql as $$
begin
  perform books_note(case when tg_op = 'DELETE' then old.order_id else new.order_id end);
  return null;
end $$;
create function books_refund_line_changed() returns trigger language plpgsql as $$
declare
  refund bigint := case when tg_op = 'DELETE' then old.refund_id else new.refund_id end;
begin
  perform books_note(order_id) from order_refund where id = refund;
  return null;
end $$;
create function books_metric_changed() returns trigger language plpgsql as $$
declare
  days text := coalesce(nullif(current_setting('books.days', true), ''), ',');
  day text;
begin
  foreach day in array array[case when tg_op <> 'INSERT' then old.shop_date || ' ' || old.currency end,
                             case when tg_op <> 'DELETE' then new.shop_date || ' ' || new.currency end] loop
    if day is not null and position(',' || day || ',' in days) = 0 then
      perform books_wake();
      days := days || day || ',';
      perform set_config('books.days', days, true);
    end if;
  end loop;
  return null;
end $$;

-- ---- asking ----

-- A range of whole shop days, both ends in it; without ends the last 30 whole days, today not among them.  The period before has
-- the same length.  No row while the shop's zone or, where none is asked for, its currency is not known.
create function books_range(from_asked date, to_asked date, currency_asked text, compare boolean)
returns table (from_day date, to_day date, before_from date, before_to date, zone text, today date, currency text)
language sql stable as $$
  select f, t, case when compare then f - (t - f + 1) end, case when compare then f - 1 end, timezone, day, cur
  from (select coalesce(from_asked, coalesce(to_asked, day - 1) - 29) as f, coalesce(to_asked, greatest(from_asked, day - 1)) as t, *
        from (select books_day(now()) as day, i.timezone, coalesce(currency_asked, i.currency) as cur from shop_info i) as i) as r
  where day is not null and cur is not null
$$;

-- num / den in units of 1/scale, rounded half up; NULL where den is 0 or unknown.
create function books_ratio(num numeric, den numeric, scale numeric) returns bigint language sql immutable parallel safe as $$
  select case when den <> 0 then (sign(num) * sign(den) * div(2 * abs(num) * scale + abs(den), 2 * abs(den)))::bigint end
$$;

-- Wilson's 95 % interval of successes in trials, in ppm; NULL without trials or with more successes than trials.
create function books_wilson(successes bigint, trials bigint, out low_ppm bigint, out high_ppm bigint) language sql immutable parallel safe as $$
  select round(1000000 * greatest(0, (p + z * z / (2 * n) - half) / (1 + z * z / n)))::bigint,
         round(1000000 * least(1, (p + z * z / (2 * n) + half) / (1 + z * z / n)))::bigint
  from (select *, z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) as half
        from (select 1.959964::float8 as z, trials::float8 as n, successes::float8 / trials as p
              where trials > 0 and successes between 0 and trials) as k) as w
$$;

-- ---- what is there already ----

update shop_order set shop_date = books_day(created_at) where shop_date is null;
insert into sold_item (key, product_id, title)
select distinct on (key) key, product_id, title
from (select l.id, l.title, v.product_id,
             case when v.product_id is not null then 'p:' || v.product_id when l.sku <> '' then 's:' || l.sku else 't:' || l.title end as key
      from order_line l
      left join lateral (select product_id from variant v where v.shop_gid = l.variant_gid or (v.sku = l.sku and l.sku <> '')
                         order by v.shop_gid = l.variant_gid desc nulls last, v.id limit 1) as v on true) as k
order by key, id;
-- A price when the line was first seen is known where the mapping is older than the order, and a rate where there is one currency.
update order_line l
set product_id = s.product_id, item_id = s.item_id, snapshot_minor = s.snapshot
from (select l.id, i.id as item_id, i.product_id,
             (select m.snapshot_minor from variant_mapping m
              where m.shop_sku = l.sku and m.confirmed_at is not null and m.snapshot_at <= o.created_at and m.snapshot_currency = o.currency
              order by m.rank, m.id limit 1) as snapshot
      from order_line l join shop_order o on o.id = l.order_id
      left join lateral (select product_id from variant v where v.shop_gid = l.variant_gid or (v.sku = l.sku and l.sku <> '')
                         order by v.shop_gid = l.variant_gid desc nulls last, v.id limit 1) as v on true
      join sold_item i on i.key = case when v.product_id is not null then 'p:' || v.product_id
                                       when l.sku <> '' then 's:' || l.sku else 't:' || l.title end) as s
where l.id = s.id;
update supplier_order s set rate_e9 = 1000000000, paid_rate_e9 = case when s.paid_at is not null then 1000000000 end
from shop_order o where o.id = s.order_id and o.currency = s.currency;
do $$
declare
  ids bigint[];
  last bigint := 0;
begin
  loop
    ids := array(select id from shop_order where id > last order by id limit 2000);
    exit when cardinality(ids) = 0;
    perform books_run(ids);
    last := ids[cardinality(ids)];
  end loop;
end $$;

-- ---- from here on every change of a fact is booked ----

create trigger books_order_new after insert on shop_order for each row when (new.shop_date is not null and not new.test)
  execute function books_order_changed();
create trigger books_order_changed after update on shop_order for each row
  when ((old.shop_date, old.currency, old.test, old.financial, old.shop_cancelled_at is null, old.money_at is null, old.total_minor,
         old.shipping_minor, old.tax_minor, old.duties_minor, old.fee_minor, old.fee_source, old.supply_shipping_minor,
         old.supply_shipping_source, old.supply_duty_minor, old.supply_duty_source, old.placed_at is null, old.fulfilled_at is null,
         old.state in ('placed', 'shipped', 'fulfilled', 'delivered'), old.state in ('fulfilled', 'delivered'))
        is distinct from
        (new.shop_date, new.currency, new.test, new.financial, new.shop_cancelled_at is null, new.money_at is null, new.total_minor,
         new.shipping_minor, new.tax_minor, new.duties_minor, new.fee_minor, new.fee_source, new.supply_shipping_minor,
         new.supply_shipping_source, new.supply_duty_minor, new.supply_duty_source, new.placed_at is null, new.fulfilled_at is null,
         new.state in ('placed', 'shipped', 'fulfilled', 'delivered'), new.state in ('fulfilled', 'delivered')))
  execute function books_order_changed();
create trigger books_order_gone after delete on shop_order for each row execute function books_order_gone();
create trigger books_all_gone after truncate on shop_order for each statement execute function books_all_gone();
create trigger books_line_new after insert on order_line for each row when (new.ordered is not null)
  execute function books_part_changed();
create trigger books_line_changed after update on order_line for each row
  when ((old.ordered, old.gross_minor, old.discount_minor, old.gift_card, old.cost_minor, old.cost_source, old.item_id)
        is distinct from
        (new.ordered, new.gross_minor, new.discount_minor, new.gift_card, new.cost_minor, new.cost_source, new.item_id))
  execute function books_part_changed();
create trigger books_line_gone after delete on order_line for each row execute function books_part_changed();
create trigger books_refund after insert or update or delete on order_refund for each row execute function books_part_changed();
create trigger books_refund_line after insert or update or delete on order_refund_line for each row
  execute function books_refund_line_changed();
create trigger books_credit after insert or update or delete on supplier_credit for each row execute function books_part_changed();
create trigger books_origin after insert or update or delete on order_attribution for each row execute function books_part_changed();
create trigger books_metric after insert or update or delete on ad_metric for each row execute function books_metric_changed();
