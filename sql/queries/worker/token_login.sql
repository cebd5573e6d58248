-- A login is about to be tried: note when, before the call, so that a crash cannot make it too frequent.  $1 provider.
insert into provider_token (provider, access_token, expires_at, login_at)
values ($1, '', 'epoch', now())
on conflict (provider) do update set login_at = now(), updated_at = now()
