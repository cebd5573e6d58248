-- A new version of the texts of product $1: $2 made_by, $3 title, $4 description, $5 SEO title, $6 meta description, $7 tags,
-- $8 alt texts, $9 facts, $10 facts used, $11 checks (all json), $12 list version, $13 prompt version, $14 ai_call.  Result: version.
insert into listing_text (product_id, version, made_by, title, description_html, seo_title, meta_description, tags, alt_texts, facts,
                          facts_used, checks, list_version, prompt_version, ai_call_id)
select $1::bigint, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb,
       $10::jsonb, $11::jsonb, $12, $13, $14::bigint
from listing_text where product_id = $1::bigint
returning version
