-- The books: what each order brought and cost, day by day, and the sums that the figures are read from.
-- Facts come first: amounts as the shop, the payment gateway, the supplier and the ad platforms told them, in minor units of
-- the order's currency (shop_order.currency, the shop's own); NULL is unknown and never 0.  All amounts of sales are without
-- tax, whatever the shop shows to buyers.

alter table shop_order
  add column shop_date date,                      -- civil day of created_at in the shop's zone; NULL until the zone is known
  add column money_at timestamptz,                -- when the money facts of order and lines were read; NULL = never
  add column shipping_minor bigint,               -- shipping charged, without tax, after its discounts
  add column tax_minor bigint,                    -- all taxes charged: goods, shipping
  add column duties_minor bigint,                 -- import duties collected from the buyer
  add column fee_minor bigint,                    -- payment fee; a refund does not bring it back
  add column fee_source text check (fee_source in ('gateway', 'rate')),
  add column supply_shipping_minor bigint,        -- what the supplier takes for shipping
  add column supply_shipping_source text check (supply_shipping_source in ('invoice', 'quote')),
  add column supply_duty_minor bigint,            -- duty we bear
  add column supply_duty_source text check (supply_duty_source in ('invoice', 'rule')),
  add constraint shop_order_fee_known check ((fee_minor is null) = (fee_source is null));
create index shop_order_shop_date on shop_order (shop_date, id);
create index shop_order_undated on shop_order (id) where shop_date is null;

alter table order_line
  add column ordered integer check (ordered >= 0), -- sold: after edits, before refunds; NULL until money_at
  add column gross_minor bigint,                  -- price x ordered, without tax, before discounts
  add column discount_minor bigint,               -- its part of all discounts, without tax
  add column tax_minor bigint,                    -- its taxes
  add column gift_card boolean not null default false, -- money taken in advance: no revenue
  add column product_id bigint references product (id), -- resolved through the variant; NULL = not one of ours
  add column cost_minor bigint,                   -- goods of the line at the supplier
  add column cost_source text check (cost_source in ('invoice', 'quote', 'snapshot')), -- the first that is known
  add column snapshot_minor bigint,               -- goods at the supplier's price when the line was first seen
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
  shipping_minor bigint not null default 0,       -- of shipping, without tax
  tax_minor   bigint not null default 0,          -- taxes beside those of the lines (shipping)
  duties_minor bigint not null default 0,
  adjustment_minor bigint not null default 0      -- given back beyond lines and shipping (negative: kept back)
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
  minor       bigint not null check (minor >= 0)
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
  product_id  bigint references product (id),     -- what is advertised; NULL = no single product
  shop_date   date not null,
  currency    text not null,
  spend_minor bigint not null check (spend_minor >= 0),
  impressions bigint not null default 0 check (impressions >= 0),
  clicks      bigint not null default 0 check (clicks >= 0),
  purchases   bigint not null default 0 check (purchases >= 0),
  revenue_minor bigint not null default 0 check (revenue_minor >= 0), -- as the platform attributes it
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
