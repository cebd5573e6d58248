-- The login surely did not reach the provider: it may be tried again at once.  $1 provider, $2 gap in milliseconds.
update provider_token
   set login_at = now() - make_interval(secs => $2::double precision / 1000), updated_at = now()
 where provider = $1
