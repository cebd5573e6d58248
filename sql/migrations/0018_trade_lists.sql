-- Lists by state are read in the very order they are shown in: with an index that gives the state alone, or the order alone, few
-- orders of a state among millions were looked for one by one.
drop index shop_order_state;
create index shop_order_state on shop_order (state, created_at desc, id desc);
