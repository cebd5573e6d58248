-- $1 source, $2 delivery id, $3 topic; no row when the delivery has been seen.
insert into webhook_delivery (source, delivery_id, topic) values ($1, $2, $3)
on conflict (source, delivery_id) do nothing
