-- The shop as it named itself last; age in seconds.  One row or none.
select name, currency, timezone, extract(epoch from now() - read_at)::bigint as age_s from shop_info
