-- What text models have used on this UTC day.  $1 tokens that an attempt counts whose tokens were not told but which the
-- provider may have worked on.  Result: one row, tokens, cost_micro.
select coalesce(sum(case
         when tokens_in is not null or tokens_out is not null then coalesce(tokens_in, 0) + coalesce(tokens_out, 0)
         when status in ('OK', 'TIMEOUT', 'TRUNCATED', 'BAD_OUTPUT', 'REFUSED') then attempts * $1::bigint
         else 0 end), 0)::bigint as tokens,
       coalesce(sum(cost_micro), 0)::bigint as cost_micro
  from ai_call
 where at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
