-- What a person said about subject $1 that is still to be carried out, one word at a time: first those of kind $2 (NULL = none comes
-- first), then the price, of which only the last one counts, then the others as they were said: id, kind, detail.
select p.id, p.kind, p.detail from proposal p
where p.subject = $1 and p.state = 'accepted' and p.kind like 'product.%' and not p.detail ? 'done_at'
  and (p.kind <> 'product.price' or not exists (
    select 1 from proposal n where n.subject = $1 and n.state = 'accepted' and n.kind = 'product.price' and not n.detail ? 'done_at'
      and (n.decided_at, n.id) > (p.decided_at, p.id)))
order by (p.kind = $2) desc nulls last, (p.kind = 'product.price') desc, p.decided_at, p.id limit 1
