-- Freight quotes older than $1 days go, at most $2 of them.
delete from freight_quote
where (vid, quantity, origin, dest) in (select vid, quantity, origin, dest from freight_quote
                                        where quoted_at < now() - make_interval(days => $1::integer) limit $2::integer)
