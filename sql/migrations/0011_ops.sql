-- Steering and looking: messages of the contact form, the supplier's webhooks, STOP told at once, and the look-ups of flows,
-- of what needs a person, of the activity and of the search.

-- What somebody wrote through a contact form; a later flow answers.
create table contact_message (
  id          bigint generated always as identity primary key,
  at          timestamptz not null default now(),
  name        text,
  email       text not null,
  subject     text,
  text        text not null,
  order_text  text,                            -- the order as the customer named it
  order_id    bigint references shop_order (id), -- when the name and the e-mail are those of one order
  state       text not null default 'new' check (state in ('new', 'open', 'answered', 'closed', 'spam')),
  address     text,                            -- of the sender, until it is closed
  changed_at  timestamptz not null default now(),
  changed_by  text
);
create index contact_message_state on contact_message (state, id desc);
create index contact_message_email on contact_message (lower(email), id desc);

-- Webhooks of the supplier: each is a hint to look, never a fact.
create table cj_inbox (
  message_id  text primary key,
  type        text not null,                   -- ORDER, LOGISTIC, ORDERSPLIT, PRODUCT, VARIANT, STOCK, ...
  message_type text,                           -- INSERT, UPDATE, DELETE, ...
  payload     text not null,                   -- as it came
  received_at timestamptz not null default now(),
  handled_at  timestamptz,
  result      text                             -- what came of it
);
create index cj_inbox_received on cj_inbox (received_at);
create index cj_inbox_open on cj_inbox (received_at) where handled_at is null;

-- Workers hear of STOP at once instead of at their next look.
create function setting_stop_told() returns trigger language plpgsql as $$
begin
  perform pg_notify('dropship_stop', '');
  return null;
end $$;
create trigger setting_stop_told after insert or update on setting
  for each row when (new.name = 'stop') execute function setting_stop_told();
create trigger setting_stop_gone after delete on setting
  for each row when (old.name = 'stop') execute function setting_stop_told();

-- The activity: one list out of three, by time; a person's words about orders and products stand in the audit.
drop index audit_at;
create index audit_when on audit (at desc, id desc);
create index audit_subject on audit (subject, at desc, id desc);
create index audit_action on audit (action, at desc, id desc);
create index order_event_when on order_event (at desc, id desc) where code is distinct from 'PERSON';
create index order_event_step on order_event (step, at desc, id desc) where code is distinct from 'PERSON';
create index product_event_when on product_event (at desc, id desc) where code is distinct from 'PERSON';
create index product_event_step on product_event (step, at desc, id desc) where code is distinct from 'PERSON';

-- The last run of a type, and those that died.
create index job_run_type on job_run (type, started_at desc);
create index job_run_dead on job_run (started_at desc) where outcome = 'dead';

-- How a text model answered last.
create index ai_call_provider on ai_call (provider, at desc);

-- What needs a person.
create index shop_order_hold on shop_order (hold_code, held_at) where state = 'held';
create index product_problem on product (id) where problem is not null;

-- The search: an order by the beginning of its name or e-mail, a parcel by its number, a product by words of its name.
create index shop_order_name_like on shop_order (name text_pattern_ops);
create index shop_order_customer_like on shop_order (customer_key text_pattern_ops);
create index parcel_number on parcel (tracking_number);
create index product_words on product using gin (to_tsvector('simple', name));
