-- How far the poll named $1 has seen everything, and whether its last run ended early (behind).  updated_us, behind; one row or
-- none
select (extract(epoch from updated_to) * 1000000)::bigint as updated_us, behind from poll_cursor where name = $1
