-- Store the trend of many products at once: $1 json list of {id, label, score_e4, opportunity_e4, parts}; what is missing is unknown.
update product p
set label = t.label, score_e4 = t.score_e4, score_parts = t.parts, opportunity_e4 = t.opportunity_e4, scored_at = now()
from jsonb_to_recordset($1::jsonb) as t (id bigint, label text, score_e4 bigint, opportunity_e4 bigint, parts jsonb)
where p.id = t.id
