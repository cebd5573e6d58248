-- Discovery and listing: products and variants of the supplier, their time series, decisions, texts, listing state, markets,
-- duties, pricing rules, quotes, proposals, calls of text models, findings of the store set-up.
-- Money is integer minor units with its currency; rates are ppm; states are text with a CHECK.

create table market (
  country     text primary key check (country ~ '^[A-Z]{2}$'),
  name        text not null,
  tax_mode    text not null check (tax_mode in ('exclusive', 'inclusive', 'none')),
  tax_ppm     bigint not null default 0 check (tax_ppm between 0 and 1000000),  -- VAT in the price, or expected sales tax
  eu          boolean not null default false,  -- EU product safety rules apply
  import_tax_ppm bigint not null default 0     -- VAT the seller bears himself; 0 under IOSS or an equal scheme
);
insert into market (country, name, tax_mode, tax_ppm, eu) values
  ('US', 'United States', 'exclusive', 0, false),
  ('CA', 'Canada', 'exclusive', 0, false),
  ('GB', 'United Kingdom', 'inclusive', 200000, false),
  ('AU', 'Australia', 'inclusive', 100000, false),
  ('DE', 'Germany', 'inclusive', 190000, true),
  ('FR', 'France', 'inclusive', 200000, true),
  ('NL', 'Netherlands', 'inclusive', 210000, true),
  ('ES', 'Spain', 'inclusive', 210000, true),
  ('IT', 'Italy', 'inclusive', 220000, true);

-- dest and origin: country code; dest 'EU' holds for every market with eu.  Days are inclusive, at the destination.
create table duty_rule (
  id          bigint generated always as identity primary key,
  dest        text not null,
  origin      text not null,
  valid_from  date not null,
  valid_to    date,                            -- NULL = until further notice
  fixed_minor bigint not null default 0 check (fixed_minor >= 0),  -- per distinct HS6 code in the parcel
  currency    text not null,                   -- of fixed_minor and max_value_minor
  ad_valorem_ppm bigint not null default 0 check (ad_valorem_ppm >= 0),
  max_value_minor bigint,                      -- parcels above need another row; NULL = any value
  source      text not null,                   -- where the rule stands
  unique (dest, origin, valid_from, currency)
);
insert into duty_rule (dest, origin, valid_from, valid_to, fixed_minor, currency, ad_valorem_ppm, max_value_minor, source) values
  ('EU', 'CN', '2021-07-01', '2026-06-30', 0, 'EUR', 0, 15000, 'customs relief up to 150 EUR, before Regulation (EU) 2026/382'),
  ('EU', 'CN', '2026-07-01', null, 300, 'EUR', 0, 15000, 'Regulation (EU) 2026/382: 3 EUR per distinct HS6 code up to 150 EUR');

-- How shop prices are made.  At most one rule is active; without one the setting money.target_margin_ppm counts.
create table pricing_rule (
  id          bigint generated always as identity primary key,
  name        text not null unique,
  kind        text not null check (kind in ('multiplier', 'fixed', 'tiers', 'target_margin')),
  spec        jsonb not null,                  -- validated by common/model/pricing_rule.c
  active      boolean not null default false,
  created_at  timestamptz not null default now(),
  created_by  text not null,
  applied_at  timestamptz
);
create unique index pricing_rule_active on pricing_rule (active) where active;

create table product (
  id          bigint generated always as identity primary key,
  pid         text not null unique,            -- supplier's product id, as text
  supplier_sku text,
  name        text not null,                   -- as the supplier calls it
  category_id text,
  category    text,
  image_url   text,
  state       text not null check (state in ('found', 'candidate', 'needs_data', 'rejected', 'assessed', 'writing', 'needs_review',
                                             'approval', 'publishing', 'listed', 'on_hold', 'unlisting', 'unlisted')),
  mode        text,                            -- flow mode at the decision
  listed_num  bigint,                          -- listings at the supplier as last seen (adoption, not sales)
  price_min_minor bigint,                      -- supplier price range as last seen
  price_max_minor bigint,
  currency    text not null default 'USD',
  stock       bigint,                          -- as last seen in a list; NULL = not told
  label       text check (label in ('NEW', 'RISING', 'STABLE', 'FALLING')),
  score_e4    bigint,                          -- trend score times 10^4; NULL = not computed
  score_parts jsonb,                           -- {n_r,t_r,n_b,t_b,mu,v_b,v_r,ratio,a,...}
  scored_at   timestamptz,
  opportunity_e4 bigint,                       -- score/100 x contribution margin
  detail      jsonb,                           -- the supplier's facts of the last assessment: materials, weights, images, HS code, ...
  landed_minor bigint,                         -- worst variant and market of the last assessment, shop currency
  price_minor bigint,                          -- shop price of that variant, shop currency
  margin_minor bigint,                         -- contribution per order (CM) there
  margin_ppm  bigint,                          -- contribution margin there
  shop_currency text,
  decision_rule text,                          -- rule of the last decision: MARGIN, PRICE_BAND, STOCK, NO_QUOTE, PERSON, ...
  decision_text text,                          -- its sentence
  decision    jsonb,                           -- its numbers
  decided_at  timestamptz,
  decided_by  text,                            -- "rule:NAME", or the person; a person's rejection is remembered for good
  approved_by text,
  handle      text unique,                     -- at the shop
  shop_gid    text unique,
  listed_at   timestamptz,
  listed_version integer,                      -- of listing_text
  repriced_at timestamptz,                     -- last change of price at the shop
  hold_code   text,                            -- while on_hold
  problem     text,                            -- shown
  tier        text check (tier in ('HOT', 'WARM', 'COLD')),
  checked_at  timestamptz,                     -- last good look at stock and price
  check_due_at timestamptz,                    -- next look; set while listed or on_hold
  next_job    text,                            -- job type that continues this product; NULL = nothing to do
  next_run_at timestamptz,
  waits_for   text,                            -- "stop" or the least mode it rests until; NULL = nothing a setting lifts
  swept_at    timestamptz,
  seen_at     timestamptz not null default now(),  -- last time the supplier showed it
  found_at    timestamptz not null default now(),
  changed_at  timestamptz not null default now()
);
create index product_state on product (state, id desc);
create index product_next on product (next_run_at) where next_job is not null;
create index product_check on product (check_due_at) where check_due_at is not null;
create index product_waits on product (waits_for) where waits_for is not null;
create index product_category on product (category_id);
create index product_order on product (opportunity_e4 desc nulls last, id);

create table variant (
  id          bigint generated always as identity primary key,
  product_id  bigint not null references product (id),
  vid         text not null unique,
  sku         text not null,                   -- supplier's; also the shop's
  name        text not null,
  options     jsonb not null default '{}',     -- {"Color": "Black", "Size": "S"}
  image_url   text,
  weight_g    bigint,                          -- NULL = unknown
  cost_minor  bigint,                          -- supplier price; NULL = unreadable
  cost_currency text not null default 'USD',
  stock       bigint,                          -- at the warehouse we ship from; NULL = unknown
  landed_minor bigint,                         -- shop currency, dearest market
  price_minor bigint,                          -- our price at the shop
  shop_currency text,
  shop_gid    text unique,
  inventory_item_gid text,
  offered     boolean not null default false,  -- passed the gate at the last assessment: goes on sale
  left_out    text,                            -- rule that keeps it out when not: STOCK, PRICE_BAND, ...
  shop_quantity bigint,                        -- as last set at the shop
  low         boolean not null default false,  -- set to zero by the watch
  checks_back integer not null default 0,      -- checks in a row that found enough again
  checks_empty integer not null default 0,     -- "empty" answers in a row
  gone_at     timestamptz,                     -- the supplier no longer has it
  checked_at  timestamptz,
  changed_at  timestamptz not null default now()
);
create index variant_product on variant (product_id, id);

-- Time series: one row per product and day (UTC); the last look of a day counts.
create table supplier_snapshot (
  product_id  bigint not null references product (id),
  day         date not null,
  at          timestamptz not null default now(),
  listed_num  bigint,                          -- NULL = not told
  price_min_minor bigint,
  price_max_minor bigint,
  currency    text not null default 'USD',
  stock       bigint,
  primary key (product_id, day)
);
create index supplier_snapshot_day on supplier_snapshot using brin (day);

-- Every step and reason of a product, for its timeline.
create table product_event (
  id          bigint generated always as identity primary key,
  product_id  bigint not null references product (id),
  at          timestamptz not null default now(),
  step        text not null,                   -- "found", "assessed", "rejected", "written", "listed", "repriced", "held", ...
  code        text,                            -- rule
  text        text not null,                   -- sentence
  detail      jsonb,                           -- numbers
  who         text,                            -- person; NULL = the program
  trace_id    text
);
create index product_event_product on product_event (product_id, id);

-- What a scan asked, found and spent.
create table discovery_run (
  id          bigint generated always as identity primary key,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  searches    integer not null default 0,
  points      integer not null default 0,
  seen        integer not null default 0,
  added       integer not null default 0,
  candidates  integer not null default 0,
  problem     text,                            -- what kept it from looking everywhere
  detail      jsonb
);

-- Searches a scan takes turns with: a category, a word, or both; '' = without.
create table discovery_search (
  category_id text not null default '',
  keyword     text not null default '',
  searched_at timestamptz,                     -- last good search
  found       bigint,                          -- products as the supplier counts them; NULL = not told
  primary key (category_id, keyword)
);
-- The supplier's categories as last read.
create table supplier_category (
  id          text primary key,
  name        text not null,
  parents     text not null,
  read_at     timestamptz not null default now()
);
-- Points of the supplier spent by discovery per UTC day.
create table discovery_day (
  day         date primary key,
  search_points bigint not null default 0,
  assess_points bigint not null default 0
);

create table freight_quote (
  vid         text not null,
  quantity    integer not null,
  origin      text not null,
  dest        text not null,
  quoted_at   timestamptz not null default now(),
  methods     jsonb not null,                  -- [{name, price_minor, currency, days_min, days_max}]; [] = truly not shippable
  primary key (vid, quantity, origin, dest)
);

create table listing_text (
  id          bigint generated always as identity primary key,
  product_id  bigint not null references product (id),
  version     integer not null,
  at          timestamptz not null default now(),
  made_by     text not null,                   -- "openai:MODEL", "anthropic:MODEL", "template", or the person
  language    text not null default 'en',
  title       text not null,
  description_html text not null,
  seo_title   text not null,
  meta_description text not null,
  tags        jsonb not null,                  -- ["a", "b"]
  alt_texts   jsonb not null,                  -- [text per image, in their order]
  facts       jsonb not null,                  -- numbered facts given
  facts_used  jsonb,
  checks      jsonb not null,                  -- {"passed": bool, "failed": [{rule, field, text}]}
  list_version text not null,                  -- of the word lists
  prompt_version text,
  ai_call_id  bigint,
  unique (product_id, version)
);

create table ai_call (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  task        text not null,                   -- "listing"
  subject     text,                            -- "product:17"
  provider    text not null,                   -- "openai", "anthropic", "compatible"
  model       text not null,
  status      text not null,                   -- OK, REFUSED, TRUNCATED, ...
  http        integer,
  request_id  text,
  tokens_in   bigint,
  tokens_out  bigint,
  tokens_cached bigint,
  tokens_reasoning bigint,
  cost_micro  bigint,                          -- 10^-6 US dollars; NULL = price of the model unknown
  attempts    integer not null default 1,
  latency_ms  bigint,
  error       text
);
create index ai_call_at on ai_call (at desc);

-- What the programs would do and a person decides.
create table proposal (
  id          bigint generated always as identity primary key,
  kind        text not null,                   -- "product.price", "product.hold", "product.restore", ...
  subject     text not null,                   -- "product:17"
  text        text not null,
  detail      jsonb not null default '{}',
  state       text not null default 'open' check (state in ('open', 'accepted', 'rejected', 'withdrawn')),
  created_at  timestamptz not null default now(),
  decided_at  timestamptz,
  decided_by  text,
  reason      text
);
create index proposal_open on proposal (id desc) where state = 'open';
create unique index proposal_once on proposal (kind, subject) where state = 'open';

-- The shop as it names itself; one row.
create table shop_info (
  one         boolean primary key default true check (one),
  name        text not null,
  currency    text not null check (currency ~ '^[A-Z]{3}$'),
  timezone    text not null,
  read_at     timestamptz not null default now()
);
-- What the set-up check of the store found last.
create table setup_finding (
  name        text primary key,                -- "scope.write_products", "location", "publication", ...
  at          timestamptz not null default now(),
  level       text not null check (level in ('ok', 'warn', 'fail')),
  text        text not null,
  mend        text,                            -- how to mend it
  detail      jsonb
);
-- Gids of the shop that listings need.
create table shop_place (
  name        text primary key,                -- "location", "publication"
  gid         text not null,
  title       text not null,
  updated_at  timestamptz not null default now()
);

-- Letting go wakes what waits for it, now in both flows.
create or replace function setting_lets_go() returns trigger language plpgsql as $$
declare
  name_now text := case when tg_op = 'DELETE' then old.name else new.name end;
  value_now text := case when tg_op = 'DELETE' then '' else new.value end; -- '': the default, which stops nothing
  value_before text := case when tg_op = 'INSERT' then '' else old.value end;
  lets_go boolean := name_now = 'stop' and value_before = '1';
begin
  if value_now = value_before then
    return null;
  end if;
  if lets_go or (name_now = 'flow.fulfillment' and value_now <> 'off') then
    insert into outbox (event, job_type, queue, args) values ('flow.resumed', 'orders.sweep', 'fulfillment', '[]');
  end if;
  if lets_go or (name_now = 'flow.discovery' and value_now <> 'off') then
    insert into outbox (event, job_type, queue, args) values ('flow.resumed', 'products.sweep', 'discovery', '[]');
  end if;
  return null;
end $$;
