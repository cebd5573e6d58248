-- The newest supplier order of shop order $1.  One row or none.
select id, parcel_group, our_number, cj_order_id, state, lines, logistic_name, from_country, quoted_minor, cap_minor,
       charged_minor, cj_status, looks, detail_hash
from supplier_order where order_id = $1::bigint order by parcel_group desc limit 1
