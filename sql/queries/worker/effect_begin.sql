-- Write the intent of an act, or read the row that is there.  $1 key, $2 kind, $3 subject, $4 intent (jsonb).
-- Result: state, result, error, fresh (this call wrote it), certain (it is known that nothing happened since the last try).
with written as (
  insert into effect (key, kind, subject, intent, state, attempts)
  values ($1, $2, $3, $4::jsonb, 'intent', 1)
  on conflict (key) do nothing
  returning state, result, error
)
select state, result::text as result, error, true as fresh, false as certain from written
union all
select state, result::text, error, false, state = 'intent' and settled_at is not null
  from effect where key = $1 and not exists (select from written)
