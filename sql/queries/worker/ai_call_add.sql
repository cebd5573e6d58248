-- Store a call of a text model.  $1 jsonb object with the columns' names; what is missing is NULL.
-- Result: id, started (when the call began, as text).
insert into ai_call (task, subject, provider, model, status, http, request_id, tokens_in, tokens_out, tokens_cached,
                     tokens_reasoning, cost_micro, attempts, latency_ms, error)
select task, subject, provider, model, status, http, request_id, tokens_in, tokens_out, tokens_cached, tokens_reasoning,
       cost_micro, attempts, latency_ms, error
  from jsonb_to_record($1::jsonb)
    as r (task text, subject text, provider text, model text, status text, http integer, request_id text,
          tokens_in bigint, tokens_out bigint, tokens_cached bigint, tokens_reasoning bigint, cost_micro bigint,
          attempts integer, latency_ms bigint, error text)
returning id, (at - latency_ms * interval '1 millisecond')::text as started
