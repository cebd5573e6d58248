-- History older than $1 days goes.  dropped
select job_run_drop_days($1::integer) as dropped
