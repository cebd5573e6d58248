-- A new version of the texts of product $1 by person $2: the members of $3 (JSON object) over those of the newest version.
-- Its facts, language and word lists are those of that version.  No row when a member has no text to come from.  version
insert into listing_text (product_id, version, made_by, language, title, description_html, seo_title, meta_description, tags,
                          alt_texts, facts, facts_used, checks, list_version)
select w.product, coalesce(t.version, 0) + 1, $2, coalesce(t.language, 'en'), w.title, w.description_html, w.seo_title,
       w.meta_description, w.tags, w.alt_texts, coalesce(t.facts, '[]'), null, '{"passed": null, "failed": []}',
       coalesce(t.list_version, '')
from (select $1::bigint as product, new ->> 'title' as title, new ->> 'description_html' as description_html,
             new ->> 'seo_title' as seo_title, new ->> 'meta_description' as meta_description, new -> 'tags' as tags,
             new -> 'alt_texts' as alt_texts, was
      from (select coalesce(to_jsonb(o), '{}') || $3::jsonb as new, to_jsonb(o) as was
            from (select 1) one left join
                 (select * from listing_text where product_id = $1::bigint order by version desc limit 1) o on true) m) w
left join lateral jsonb_populate_record(null::listing_text, w.was) t on true
where w.title is not null and w.description_html is not null and w.seo_title is not null and w.meta_description is not null
  and w.tags is not null and w.alt_texts is not null
returning version
