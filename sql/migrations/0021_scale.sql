-- What keeps lists and searches fast in a shop of a million orders.

-- Where a part of an order's name or of its customer's e-mail is looked for: the two are lines, so that no part is in both.
create function order_words(name text, email text) returns text language sql immutable parallel safe as $$
  select lower(name) || chr(10) || lower(coalesce(email, ''))
$$;
-- The part as a pattern for `like`, in which nothing is a wildcard.  NULL, and so it is found nowhere, when it is shorter than three
-- characters or has neither letter nor digit: half of all orders would have it.  Lists find such by a whole name or the beginning of
-- an e-mail.
create function text_pattern(part text) returns text language sql immutable parallel safe as $$
  select case when length(part) >= 3 and part ~ '[[:alnum:]]'
    then '%' || replace(replace(replace(lower(part), '\', '\\'), '%', '\%'), '_', '\_') || '%' end
$$;

-- Parts of words are found through pg_trgm, which comes with Postgres; whoever owns the database may create it.  Where a server does not
-- have or allow it, everything works without these two indexes, only that searches read the whole table (about a second in a million
-- orders); the block may be run again by hand once it does.
do $$
begin
  create extension if not exists pg_trgm;
  create index if not exists shop_order_words on shop_order using gin (order_words(name, email) gin_trgm_ops);
  create index if not exists product_part on product using gin (lower(name) gin_trgm_ops);
exception when insufficient_privilege or feature_not_supported or undefined_file or undefined_object then
  raise warning 'searches will be slow in a big shop: extension pg_trgm cannot be created (%)', sqlerrm;
end $$;

-- Lists of orders by what only some of them have, and all by their total.
create index shop_order_country on shop_order ((address ->> 'country_code'));
create index shop_order_risk on shop_order (risk);
create index shop_order_currency on shop_order (currency);
create index shop_order_code on shop_order (hold_code) where hold_code is not null;
create index shop_order_worth on shop_order (coalesce(total_minor, -1), id);

-- Products by an id, however it is written.
create index product_pid_any on product (lower(pid));
create index product_sku_any on product (lower(supplier_sku));
create index product_handle_any on product (lower(handle));

-- The history of jobs by queue, error and rare outcome; the audit by person.
create index job_run_queue on job_run (queue, started_at desc);
create index job_run_error on job_run (error_class, started_at desc) where error_class is not null;
create index job_run_outcome on job_run (outcome, started_at desc) where outcome <> 'done';
create index audit_who on audit (who, id desc);
