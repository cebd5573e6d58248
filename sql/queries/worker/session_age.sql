-- How old this very connection is.  Result: one row, age_ms.
select (extract(epoch from clock_timestamp() - backend_start) * 1000)::bigint as age_ms
  from pg_stat_activity
 where pid = pg_backend_pid()
