-- The newest accepted proposal about subject $1 that was not carried out yet: id, kind, detail.
select id, kind, detail from proposal
where subject = $1 and state = 'accepted' and kind like 'product.%' and not detail ? 'done_at' order by decided_at desc, id desc limit 1
