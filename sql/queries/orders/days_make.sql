-- Partitions of the history for today and the next $1 days.  made
select job_run_make_days($1::integer) as made
