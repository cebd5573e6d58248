-- Acts for subject $1 that are known not to have happened are wanted no more, because of $2.  The same key may act anew.
update effect
   set state = 'failed', error = $2 || coalesce(': ' || error, ''), settled_at = now()
 where subject = $1 and state = 'intent' and settled_at is not null
