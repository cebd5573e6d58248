-- At most $1 orders whose money was never read, or changed since and that no job of the flow will read soon: finished ones, held
-- ones, and those at which nothing has happened for $2 seconds; latest change first.  id, gid
select id, gid from shop_order
where not test and (money_seen_at is null or money_seen_at < shop_updated_at)
  and (state in ('delivered', 'cancelled', 'held') or changed_at < now() - make_interval(secs => $2::double precision))
order by shop_updated_at desc limit $1::integer
