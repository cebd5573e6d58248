-- A renewal is about to be tried: note when, so that a failing one is not tried at every call.  $1 provider.
update provider_token
   set updated_at = now()
 where provider = $1
