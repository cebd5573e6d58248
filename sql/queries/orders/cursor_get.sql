-- How far the poll named $1 has seen everything.  updated_us; one row or none
select (extract(epoch from updated_to) * 1000000)::bigint as updated_us from poll_cursor where name = $1
