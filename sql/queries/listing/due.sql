-- At most $1 live products whose look is due and that no job is about to work on: id, tier, detail (its prices are older than $2
-- seconds).  One whose price or text waits, for STOP or for the shop, is looked at for its stock alone.
select p.id, p.tier,
       p.next_job is null
       and coalesce((select min(v.checked_at) from variant v where v.product_id = p.id and v.shop_gid is not null)
                    < now() - make_interval(secs => $2::bigint), true) as detail
from product p
where p.check_due_at <= now()
  and ((p.state in ('listed', 'on_hold') and p.next_job is null)
       or (p.next_run_at > now() + interval '1 minute'
           and ((p.state in ('listed', 'on_hold') and p.next_job = 'product.reprice')
                or (p.state = 'publishing' and p.listed_at is not null))))
order by p.check_due_at, p.id limit $1::bigint
