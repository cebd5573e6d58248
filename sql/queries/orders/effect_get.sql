-- Ledger entry $1 (key): state, result, intent, and its age in seconds.  One row or none.
select state, result, intent, extract(epoch from now() - created_at)::bigint as age_s from effect where key = $1
