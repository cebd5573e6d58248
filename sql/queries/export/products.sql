-- All products that fit, newest first: $1 state, $2 label, $3 category (id or name), $4 part of name, or supplier id, SKU or
-- handle, $5 least score (0 to 100); all may be NULL.  Rows for a spreadsheet.
select id, pid as supplier_id, supplier_sku, name, category, state, label, round(score_e4 / 10000.0, 2) as score, listed_num as listings,
  landed_minor, price_minor, margin_minor, shop_currency as currency, margin_ppm, stock, tier, decision_rule, decision_text,
  decided_by, decided_at, problem, hold_code, handle, shop_gid as shop_id, listed_at, found_at, changed_at
from product
where ($1::text is null or state = $1) and ($2::text is null or label = $2)
  and ($3::text is null or category_id = $3 or lower(category) = lower($3))
  and ($4::text is null or lower(name) like text_pattern($4)
       or (text_pattern($4) is null and position(lower($4) in lower(name)) > 0) or lower(pid) = lower($4) or lower(supplier_sku) = lower($4) or lower(handle) = lower($4))
  and ($5::bigint is null or score_e4 >= $5::bigint * 10000)
order by id desc
