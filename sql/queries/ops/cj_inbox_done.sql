-- What came of delivery $1: sentence $2.
update cj_inbox set handled_at = now(), result = $2 where message_id = $1
