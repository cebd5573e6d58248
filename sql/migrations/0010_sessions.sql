-- The doors: people who are logged in, writes that are done once, and the request each change came from.

-- A login.  Its secret is in the browser's cookie alone; with its key it ends.
create table session (
  id           bigint generated always as identity primary key,
  token_sha256 text not null unique,
  key_id       bigint not null references api_key (id) on delete cascade,
  address      text not null,                 -- that logged in
  created_at   timestamptz not null default now(),
  last_used_at timestamptz not null default now(), -- noted about once a minute
  expires_at   timestamptz not null           -- however much it is used
);
create index session_key on session (key_id, id);
create index session_expires on session (expires_at);

-- A write that carried an Idempotency-Key.  `running` with nobody at it: its program ended in the middle.
create table idempotency (
  caller         text not null,               -- "key:17", "address:192.0.2.1"
  key            text not null,               -- as the caller wrote it
  request_sha256 text not null,               -- of method, target and body
  request_id     text not null,               -- as in audit.request
  state          text not null default 'running' check (state in ('running', 'done')),
  status         integer,                     -- of the answer, with state done
  type           text,
  body           text,                        -- NULL with state done: not to be stored
  created_at     timestamptz not null default now(),
  done_at        timestamptz,
  primary key (caller, key),
  check ((state = 'done') = (status is not null and done_at is not null))
);
create index idempotency_created on idempotency (created_at);

-- The request of a change made through the api, from the connection's own setting, so that it is in the change's transaction.
alter table audit add column request text default nullif(current_setting('dropship.request', true), '');
create index audit_request on audit (request) where request is not null;
