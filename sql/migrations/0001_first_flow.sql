-- The first flow: orders, mapping, supplier orders, parcels, the effects ledger, events, history, settings, keys.
-- Money is integer minor units with its currency; instants are timestamptz; states are text with a CHECK.

create table setting (
  name        text primary key,
  value       text not null,
  updated_at  timestamptz not null default now(),
  updated_by  text not null
);

create table audit (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  who         text not null,                 -- key name, "cli:USER", "rule:NAME"
  action      text not null,                 -- "setting.change", "order.hold", ...
  subject     text not null,
  detail      jsonb not null default '{}'
);
create index audit_at on audit (at desc);

create table api_key (
  id          bigint generated always as identity primary key,
  name        text not null unique,
  key_sha256  text not null unique,          -- the key itself is shown once and never stored
  key_hint    text not null,                 -- its first characters, to recognise it
  scope       text not null check (scope in ('read', 'operate', 'admin')),
  created_at  timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at  timestamptz
);

create table provider_token (
  provider    text primary key,              -- "cj", "shopify"
  access_token text not null,
  refresh_token text,
  account_id  text,                          -- CJ openId: also a secret (webhook key)
  expires_at  timestamptz not null,
  refresh_expires_at timestamptz,
  qps_limit   integer,                       -- as the provider reports it; NULL = unknown
  login_at    timestamptz not null default now(), -- last getAccessToken (at most one in 300 s)
  updated_at  timestamptz not null default now()
);

create table poll_cursor (
  name        text primary key,              -- "shopify.orders"
  updated_to  timestamptz not null,          -- everything changed before this has been seen
  updated_at  timestamptz not null default now()
);

-- A shop variant and the supplier variant that is sent for it.  rank 1 is the main one, 2.. confirmed fallbacks.
create table variant_mapping (
  id          bigint generated always as identity primary key,
  shop_sku    text not null,
  shop_variant_gid text,
  vid         text not null,                 -- CJ variant id, as text
  supplier_sku text not null,
  supplier_pid text,
  rank        integer not null default 1 check (rank >= 1),
  snapshot_minor bigint not null check (snapshot_minor > 0),  -- supplier price when it was confirmed
  snapshot_currency text not null default 'USD',
  snapshot_at timestamptz not null default now(),
  confirmed_at timestamptz,                  -- NULL = proposed only
  confirmed_by text,
  unique (shop_sku, vid)
);

create table shop_order (
  id          bigint generated always as identity primary key,
  gid         text not null unique,          -- gid://shopify/Order/N
  name        text not null,                 -- "#1001"
  state       text not null check (state in ('received', 'waiting', 'flagged', 'held', 'approval', 'placing', 'placed',
                                             'shipped', 'fulfilled', 'delivered', 'cancelled', 'ignored')),
  mode        text,                          -- flow mode at the decision
  created_at  timestamptz not null,          -- at the shop
  shop_updated_at timestamptz not null,      -- updatedAt as last seen in a list
  shop_checked_at timestamptz,               -- updatedAt as of our last full read
  financial   text not null,
  shop_cancelled_at timestamptz,
  test        boolean not null default false,
  total_minor bigint,
  currency    text,
  email       text,
  customer_key text,                         -- lower-case e-mail or phone; for counts and duplicates
  address     jsonb,
  detail_hash text,                          -- lines + address at the last decision (EDITED)
  risk        text,                          -- HIGH MEDIUM LOW NONE PENDING
  score       integer,
  hold_code   text,                          -- first reason while held
  hold_reasons jsonb,                        -- [{code, text, numbers}]
  released_by text,                          -- person who released a hold: decides over soft and hard rules a person may overrule
  problem     text,                          -- shown: edit or cancellation after hand-off, ...
  next_job    text,                          -- job type that continues this order; NULL = nothing to do
  next_run_at timestamptz,
  swept_at    timestamptz,
  received_at timestamptz not null default now(),
  decided_at  timestamptz,
  placed_at   timestamptz,
  fulfilled_at timestamptz,
  changed_at  timestamptz not null default now()
);
create index shop_order_created on shop_order (created_at desc, id desc);
create index shop_order_state on shop_order (state, created_at desc);
create index shop_order_next on shop_order (next_run_at) where next_job is not null;
create index shop_order_customer on shop_order (customer_key, created_at);

create table order_line (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references shop_order (id),
  line_gid    text not null,
  title       text not null,
  sku         text,
  variant_gid text,
  quantity    integer not null check (quantity >= 0),  -- current, after edits and refunds
  to_ship     integer not null check (to_ship >= 0),   -- unfulfilled at the last read
  unit_price_minor bigint,
  currency    text,
  unique (order_id, line_gid)
);

-- One row per parcel group of a shop order (order + group), with the number we send to the supplier.
create table supplier_order (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references shop_order (id),
  parcel_group integer not null default 1,
  our_number  text not null unique,          -- CJ orderNumber, at most 50 characters; never changes
  cj_order_id text,
  state       text not null check (state in ('intent', 'created', 'unpaid', 'paid', 'shipped', 'delivered', 'cancelled',
                                             'cancel_asked', 'failed')),
  lines       jsonb not null,                -- [{vid, quantity, line_gid, price_minor}]
  logistic_name text,
  from_country text,
  quoted_minor bigint,                       -- goods + freight at the decision, currency below
  goods_minor bigint,
  freight_minor bigint,
  cap_minor   bigint,                        -- never pay more
  charged_minor bigint,                      -- what the supplier asked
  currency    text not null default 'USD',
  cj_status   text,
  created_at  timestamptz not null default now(),
  paid_at     timestamptz,
  looks       integer not null default 0,    -- for the growing interval
  changed_at  timestamptz not null default now(),
  unique (order_id, parcel_group)
);
create index supplier_order_cj on supplier_order (cj_order_id);

create table parcel (
  id          bigint generated always as identity primary key,
  supplier_order_id bigint not null references supplier_order (id),
  cj_order_id text not null,                 -- of the shipment (split orders have several)
  tracking_number text not null,
  tracking_url text not null,
  carrier     text not null,
  lines       jsonb,                         -- [{vid, quantity}]; NULL = all lines of the supplier order
  status      text not null default 'shipped',
  fulfillment_gid text,                      -- at the shop, once sent
  sent_number text,                          -- tracking number the shop has been told
  notified_at timestamptz,
  created_at  timestamptz not null default now(),
  changed_at  timestamptz not null default now(),
  unique (supplier_order_id, cj_order_id)
);

-- Every step and reason of an order, for its timeline.
create table order_event (
  id          bigint generated always as identity primary key,
  order_id    bigint not null references shop_order (id),
  at          timestamptz not null default now(),
  step        text not null,                 -- "received", "decided", "placed", "paid", "tracked", "fulfilled", ...
  code        text,                          -- reason code
  text        text not null,                 -- sentence
  detail      jsonb,                         -- numbers
  trace_id    text
);
create index order_event_order on order_event (order_id, id);

create table effect (
  key         text primary key,              -- "cj.pay:SHOP-1001-1"
  kind        text not null,                 -- "cj.create_order", "cj.pay", "shopify.fulfill", ...
  subject     text not null,                 -- "order:17"
  intent      jsonb not null,
  state       text not null check (state in ('intent', 'done', 'failed', 'unknown')),
  result      jsonb,
  error       text,
  attempts    integer not null default 0,
  created_at  timestamptz not null default now(),
  settled_at  timestamptz
);
create index effect_subject on effect (subject);
create index effect_open on effect (created_at) where state in ('intent', 'unknown');

create table outbox (
  id          bigint generated always as identity primary key,
  event       text not null,
  job_type    text not null,
  queue       text not null,
  args        text not null,                 -- JSON array text
  run_at      timestamptz,
  trace_id    text,
  created_at  timestamptz not null default now(),
  sent_at     timestamptz
);
create index outbox_unsent on outbox (id) where sent_at is null;

create table webhook_delivery (
  source      text not null,                 -- "shopify"
  delivery_id text not null,
  topic       text not null,
  received_at timestamptz not null default now(),
  primary key (source, delivery_id)
);

-- Result of the newest comparisons.
create table reconcile_run (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  orders      integer not null,
  missing     integer not null,
  doubled     integer not null,
  detail      jsonb not null
);

-- One row per run of a business job, a partition per UTC day (made ahead by housekeeping; the default catches the rest).
create table job_run (
  jid         text not null,
  type        text not null,
  queue       text not null,
  args        text,
  attempt     integer not null,
  outcome     text not null check (outcome in ('done', 'retry', 'snooze', 'dead', 'fenced', 'back')),
  enqueued_at timestamptz,
  started_at  timestamptz not null,
  finished_at timestamptz not null,
  run_ms      bigint not null,
  error_class text,
  error       text,
  trace_id    text,
  worker      text not null
) partition by range (started_at);
create table job_run_default partition of job_run default;
create index job_run_jid on job_run (jid);
create index job_run_started on job_run (started_at desc);

create function outbox_wake() returns trigger language plpgsql as $$
begin
  perform pg_notify('dropship_outbox', '');
  return null;
end $$;
create trigger outbox_wake after insert on outbox for each statement execute function outbox_wake();
