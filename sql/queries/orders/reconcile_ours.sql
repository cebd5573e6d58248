-- Our own rows against one another: orders with two living supplier orders, tracking numbers sent in two fulfillments of one
-- order, effects that have been open for 15 minutes.  kind, subject, text
select 'double_supply' as kind, 'order:' || order_id as subject,
       'More than one living supplier order: ' || string_agg(our_number, ', ' order by our_number) as text
from supplier_order where state not in ('failed', 'cancelled') and created_at > now() - interval '60 days'
group by order_id having count(*) > 1
union all
select 'double_tracking', 'order:' || s.order_id, 'Tracking number ' || p.tracking_number || ' was sent in several fulfillments.'
from parcel p join supplier_order s on s.id = p.supplier_order_id
where p.fulfillment_gid is not null and p.created_at > now() - interval '60 days'
group by s.order_id, p.tracking_number having count(distinct p.fulfillment_gid) > 1
union all
select 'open_effect', subject, key || ' has been ' || state || ' since ' || to_char(created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.'
from effect where state in ('intent', 'unknown') and created_at < now() - interval '15 minutes'
