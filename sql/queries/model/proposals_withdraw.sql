-- Open proposals of kind $1 about subject $2 are overtaken by what person $3 said.
update proposal set state = 'withdrawn', decided_at = now(), decided_by = $3 where kind = $1 and subject = $2 and state = 'open'
