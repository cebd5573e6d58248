-- Webhook deliveries older than $1 days go, at most $2 of them.
delete from webhook_delivery
where ctid in (select ctid from webhook_delivery where received_at < now() - make_interval(days => $1::integer) limit $2::integer)
