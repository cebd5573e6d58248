-- Live products that the supplier tells of, by the ids $1 of products or variants (a Postgres array as text), are looked at next.
update product p set check_due_at = now()
where p.state in ('listed', 'on_hold') and p.check_due_at is not null and p.check_due_at > now()
  and (p.pid = any ($1::text[]) or exists (select 1 from variant v where v.product_id = p.id and v.vid = any ($1::text[])))
