-- Keep what the check of version $2 of product $1's texts said: $3 checks (json), $4 list version.
update listing_text set checks = $3::jsonb, list_version = $4 where product_id = $1::bigint and version = $2::integer
