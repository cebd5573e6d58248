-- Failures of the last hours, as the dashboard groups them.
create index job_run_failed on job_run (started_at desc) where outcome in ('retry', 'dead');
