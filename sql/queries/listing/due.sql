-- At most $1 live products whose look is due and that no job is about to work on: id, tier, detail (its prices are older than $2
-- seconds).
select p.id, p.tier,
       coalesce((select min(v.checked_at) from variant v where v.product_id = p.id and v.shop_gid is not null)
                < now() - make_interval(secs => $2::bigint), true) as detail
from product p
where p.check_due_at <= now() and p.state in ('listed', 'on_hold') and p.next_job is null
order by p.check_due_at, p.id limit $1::bigint
