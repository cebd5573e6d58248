-- Proposal $1 was decided: $2 "accepted" or "rejected", $3 by whom, $4 why or NULL.
update proposal set state = $2, decided_at = now(), decided_by = $3, reason = $4 where id = $1::bigint
