-- Product $1 (id) as the jobs need it; instants as microseconds since 1970.  One row or none.
select id, pid, supplier_sku, name, category_id, category, image_url, state, label, score_e4, opportunity_e4, landed_minor,
       price_minor, margin_minor, margin_ppm, shop_currency, decision_rule, decided_by, approved_by, handle, shop_gid,
       listed_version, hold_code, next_job, tier, detail, decision,
       (extract(epoch from found_at) * 1000000)::bigint as found_us,
       (extract(epoch from decided_at) * 1000000)::bigint as decided_us,
       (extract(epoch from listed_at) * 1000000)::bigint as listed_us,
       (extract(epoch from repriced_at) * 1000000)::bigint as repriced_us,
       (extract(epoch from checked_at) * 1000000)::bigint as checked_us,
       (extract(epoch from next_run_at) * 1000000)::bigint as next_run_us
from product where id = $1::bigint
