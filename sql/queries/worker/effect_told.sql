-- What the provider shows of act $1, where that was still open: done with result $2 (jsonb), or with NULL certainly not done.
update effect
   set state = case when $2::jsonb is null then 'intent' else 'done' end, result = $2::jsonb, error = case when $2::jsonb is null then error end,
       settled_at = now()
 where key = $1 and state in ('intent', 'unknown') and settled_at is null
