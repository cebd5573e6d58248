-- Which state of the shop's order the money facts (0009_books.sql) were taken from, so that a change of a finished order is
-- read again, and so are orders that are older than the books.

alter table shop_order
  add column money_seen_at timestamptz,           -- the shop's updatedAt as of the last reading of the money; NULL = never
  add column money_problem text;                  -- why that reading gave no money facts; NULL = it did
create index shop_order_money_due on shop_order (shop_updated_at)
  where not test and (money_seen_at is null or money_seen_at < shop_updated_at);
