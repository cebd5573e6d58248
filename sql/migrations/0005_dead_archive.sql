-- Dead jobs that have left Redis, where the set `dead` has its limits.  The payload is kept byte for byte; it need not be text.
create table dead_job (
  id bigint generated always as identity primary key,
  digest text not null,                                  -- SHA-256 of the payload
  jid text, class text, queue text,                      -- null where the payload is no job
  error_class text, error_message text,
  payload bytea not null,
  died_at timestamptz not null,
  archived_at timestamptz not null default now(),
  retried_at timestamptz,                                -- a person has run it again
  retried_by text,
  unique (digest, died_at)                               -- archiving twice what was read twice adds nothing
);
create index dead_job_jid on dead_job (jid);
create index dead_job_died on dead_job (died_at desc, id desc);
create index dead_job_queue on dead_job (queue, died_at desc, id desc);
