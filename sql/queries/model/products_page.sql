-- A page of products: $1 state, $2 label, $3 category (id or name), $4 part of name, or supplier id, SKU or handle, $5 least score
-- times 10^4, $6 sort ("newest" or "opportunity"), $7 limit, $8 and $9 opportunity and id of the last product of the page
-- before, $10 least margin in ppm, $11 states (text[]), $12 only those with a problem; all but $6, $7 and $12 may be NULL, $8 also when
-- that product has no opportunity.  json
with fit as not materialized (
  select * from product
  where ($1::text is null or state = $1) and ($2::text is null or label = $2)
    and ($3::text is null or category_id = $3 or lower(category) = lower($3))
    and ($4::text is null or lower(name) like text_pattern($4) or (text_pattern($4) is null and position(lower($4) in lower(name)) > 0)
         or lower(pid) = lower($4) or lower(supplier_sku) = lower($4) or lower(handle) = lower($4))
    and ($5::bigint is null or score_e4 >= $5::bigint) and ($10::bigint is null or margin_ppm >= $10::bigint)
    and ($11::text[] is null or state = any ($11::text[])) and (not $12::boolean or problem is not null)
), page as (
  (select *, row_number() over (order by id desc) as place from fit
   where $6::text = 'newest' and ($9::bigint is null or id < $9::bigint)
   order by id desc limit $7::bigint)
  union all
  (select *, row_number() over (order by opportunity_e4 desc nulls last, id) as place
   from ((select * from fit
          where $6::text = 'opportunity' and opportunity_e4 <= coalesce($8::bigint, 9223372036854775807) and ($8::bigint is not null or $9::bigint is null)
            and ($9::bigint is null or opportunity_e4 < $8::bigint or id > $9::bigint)
          order by opportunity_e4 desc nulls last, id limit $7::bigint)
         union all
         (select * from fit
          where $6::text = 'opportunity' and opportunity_e4 is null and ($8::bigint is not null or id > coalesce($9::bigint, 0))
          order by id limit $7::bigint)) o
   order by place limit $7::bigint)
)
select json_build_object(
  'products', coalesce(json_agg(json_build_object('id', id, 'pid', pid, 'name', name, 'category', category,
      'category_id', category_id, 'image_url', image_url, 'state', state, 'mode', mode, 'label', label,
      'score', round(score_e4 / 10000.0, 2), 'listings', listed_num,
      'landed', case when landed_minor is null then null
        else json_build_object('minor', landed_minor, 'currency', shop_currency) end,
      'price', case when price_minor is null then null
        else json_build_object('minor', price_minor, 'currency', shop_currency) end,
      'margin', case when margin_minor is null then null
        else json_build_object('minor', margin_minor, 'currency', shop_currency) end,
      'margin_ppm', margin_ppm, 'opportunity_e4', opportunity_e4, 'stock', stock, 'tier', tier,
      'decision_rule', decision_rule, 'decision_text', decision_text, 'decided_by', decided_by, 'decided_at', decided_at,
      'problem', problem, 'hold_code', hold_code, 'handle', handle, 'listed_at', listed_at, 'found_at', found_at,
      'changed_at', changed_at, 'next_job', next_job, 'next_run_at', next_run_at,
      'variants', (select count(*) from variant v where v.product_id = page.id)) order by place), '[]'),
  'counts', (select coalesce(json_object_agg(state, n order by state), '{}')
             from (select state, count(*) as n from product group by state) c),
  'next', case when count(*) = $7::bigint then
    (select case when $6::text = 'opportunity' then coalesce(opportunity_e4::text, 'n') || '-' else '' end || id
     from page order by place desc limit 1) end
) as json
from page
