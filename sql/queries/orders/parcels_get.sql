-- All parcels of shop order $1, oldest first; lines_all are those of its supplier order.
select p.id, p.cj_order_id, p.tracking_number, p.tracking_url, p.carrier, p.lines, s.lines as lines_all, p.status,
       p.fulfillment_gid, p.sent_number, s.our_number
from parcel p join supplier_order s on s.id = p.supplier_order_id
where s.order_id = $1::bigint and s.state not in ('cancelled', 'failed') order by p.id
