-- How long ago the supplier's categories were read, in seconds; NULL = never.
select extract(epoch from now() - min(read_at))::bigint as age_s from supplier_category
