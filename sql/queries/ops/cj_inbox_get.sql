-- Delivery $1 that nothing was made of yet; no row when there is none.  type, payload, age_s
select type, payload, extract(epoch from now() - received_at)::bigint as age_s from cj_inbox
where message_id = $1 and handled_at is null
