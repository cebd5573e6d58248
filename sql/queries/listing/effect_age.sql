-- Seconds since effect $1 was settled.  Result: age_s; no row when it is open or not there.
select extract(epoch from now() - settled_at)::bigint as age_s from effect where key = $1 and settled_at is not null
