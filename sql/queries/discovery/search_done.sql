-- Category $1 with word $2 ('' = without) was searched; the supplier counts $3 products (NULL = not told).
insert into discovery_search (category_id, keyword, searched_at, found) values ($1, $2, now(), $3::bigint)
on conflict (category_id, keyword) do update set searched_at = now(), found = excluded.found
