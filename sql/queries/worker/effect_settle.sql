-- Settle an act.  $1 key, $2 state (done, failed, unknown; intent = certainly not done, may be tried again),
-- $3 result (jsonb or NULL), $4 error or NULL.
update effect
   set state = $2, result = $3::jsonb, error = $4, settled_at = case when $2 = 'unknown' then null else now() end
 where key = $1
