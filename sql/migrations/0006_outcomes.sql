-- A job may end without having been started: it came too late, or somebody asked for its end.
alter table job_run drop constraint job_run_outcome_check;
alter table job_run add constraint job_run_outcome_check
  check (outcome in ('done', 'retry', 'snooze', 'dead', 'expired', 'cancelled', 'fenced', 'back'));
