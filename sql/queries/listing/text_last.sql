-- The newest texts of product $1: version, made_by, text (json as the generated form), checks, facts, list_version, prompt_version.
select version, made_by,
       jsonb_build_object('title', title, 'description_html', description_html, 'seo_title', seo_title,
                          'meta_description', meta_description, 'tags', tags, 'alt_texts', alt_texts,
                          'facts_used', coalesce(facts_used, '[]'::jsonb)) as text,
       checks, facts, list_version, prompt_version
from listing_text where product_id = $1::bigint order by version desc limit 1
