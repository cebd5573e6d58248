-- The shop knows parcel $1: fulfillment $2 with tracking number $3; $4: the customer was told by us now.
update parcel
set fulfillment_gid = $2, sent_number = $3, changed_at = now(),
    notified_at = case when $4::boolean then now() else notified_at end
where id = $1::bigint
