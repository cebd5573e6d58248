-- The act is about to be tried again; what happens from now on is open.  $1 key, $2 intent (jsonb).
update effect
   set state = 'intent', intent = $2::jsonb, attempts = attempts + 1, settled_at = null, error = null
 where key = $1 and state <> 'done'
