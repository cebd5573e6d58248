-- Scan $1 ends: searches $2, points $3, products seen $4, of them new $5, candidates $6, what kept it from looking everywhere $7
-- (NULL = nothing), numbers $8 (json).
update discovery_run
set finished_at = now(), searches = $2::integer, points = $3::integer, seen = $4::integer, added = $5::integer,
    candidates = $6::integer, problem = $7, detail = $8::jsonb
where id = $1::bigint
