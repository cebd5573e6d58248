-- Accepted proposal $1 was carried out; a price takes those before it along.
update proposal p set detail = p.detail || jsonb_build_object('done_at', now())
from proposal w
where w.id = $1::bigint and p.subject = w.subject and p.state = 'accepted' and not p.detail ? 'done_at'
  and (p.id = w.id
       or (p.kind = 'product.price' and w.kind = 'product.price' and (p.decided_at, p.id) <= (w.decided_at, w.id)))
