-- What Postgres knows of the outside services and of itself.  $1 tokens that an attempt counts whose tokens were not told.
-- json: {"ai":{"tokens","cost_micro"} of this UTC day,"calls":{PROVIDER:{"ok_at","bad_at","error"} of its last 200},"qps" of the
-- supplier's account,"setup":{"fail","warn","text","at"} of the shop,"connections","connections_most"}
select json_build_object(
  'ai', (select json_build_object(
           'tokens', coalesce(sum(case
             when tokens_in is not null or tokens_out is not null then coalesce(tokens_in, 0) + coalesce(tokens_out, 0)
             when status in ('OK', 'TIMEOUT', 'TRUNCATED', 'BAD_OUTPUT', 'REFUSED') then attempts * $1::bigint
             else 0 end), 0)::bigint,
           'cost_micro', coalesce(sum(cost_micro), 0)::bigint)
         from ai_call where at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'),
  'calls', (select json_object_agg(p.provider, json_build_object(
              'ok_at', c.ok_at, 'bad_at', c.bad_at, 'error', c.error))
            from unnest(array['openai', 'anthropic', 'compatible']) p (provider)
            cross join lateral (
              select max(at) filter (where status = 'OK') as ok_at, max(at) filter (where status <> 'OK') as bad_at,
                     (array_agg(status || coalesce(': ' || error, '') order by at desc) filter (where status <> 'OK'))[1] as error
              from (select at, status, error from ai_call where provider = p.provider order by at desc limit 200) l) c),
  'qps', (select qps_limit from provider_token where provider = 'cj'),
  'setup', (select json_build_object('fail', count(*) filter (where level = 'fail'), 'warn', count(*) filter (where level = 'warn'),
              'text', (array_agg(text order by name) filter (where level = 'fail'))[1], 'at', max(at)) from setup_finding),
  'connections', (select count(*) from pg_stat_activity where datname = current_database()),
  'connections_most', current_setting('max_connections')::integer
) as json
