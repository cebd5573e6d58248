-- A new supplier order of shop order $1 whose numbers start with $2: lines $3 (json), method $4 from $5, goods $6, freight $7,
-- cap $8, fingerprint $9.
insert into supplier_order (order_id, parcel_group, our_number, state, lines, logistic_name, from_country, goods_minor,
                            freight_minor, quoted_minor, cap_minor, detail_hash)
select $1::bigint, coalesce(max(parcel_group), 0) + 1, $2 || '-' || (coalesce(max(parcel_group), 0) + 1), 'intent', $3::jsonb,
       $4, $5, $6::bigint, $7::bigint, $6::bigint + $7::bigint, $8::bigint, $9
from supplier_order where order_id = $1::bigint
