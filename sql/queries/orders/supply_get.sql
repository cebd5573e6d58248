-- The newest supplier order of shop order $1; shipped_s: seconds since it was first seen shipped, missing_s: since the supplier has not known it.  One row or none.
select id, parcel_group, our_number, cj_order_id, state, lines, logistic_name, from_country, quoted_minor, cap_minor,
       charged_minor, cj_status, looks, detail_hash,
       extract(epoch from now() - shipped_at)::bigint as shipped_s,
       extract(epoch from now() - missing_at)::bigint as missing_s
from supplier_order where order_id = $1::bigint order by parcel_group desc limit 1
