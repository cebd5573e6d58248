-- What we know of supplier numbers $1 (text array): our_number, state, cj_order_id, order_id, name, ids of its parcels.
select s.our_number, s.state, s.cj_order_id, s.order_id, o.name,
       coalesce((select string_agg(p.cj_order_id, ',') from parcel p where p.supplier_order_id = s.id), '') as parcel_ids
from supplier_order s join shop_order o on o.id = s.order_id where s.our_number = any ($1::text[])
