-- Open proposals about subject $1 (of kind $2; NULL = any) have no object any more: withdrawn by $3.
update proposal set state = 'withdrawn', decided_at = now(), decided_by = $3
where subject = $1 and state = 'open' and ($2::text is null or kind = $2)
