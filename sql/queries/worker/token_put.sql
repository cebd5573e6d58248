-- Keep a new token.  $1 provider, $2 access token, $3 refresh token or NULL, $4 account id or NULL, $5 expires in
-- milliseconds, $6 refresh token expires in milliseconds or NULL, $7 calls per second or NULL (keeps the known one).
insert into provider_token (provider, access_token, refresh_token, account_id, expires_at, refresh_expires_at, qps_limit)
values ($1, $2, $3, $4, now() + $5::bigint * interval '1 millisecond', now() + $6::bigint * interval '1 millisecond',
        $7::integer)
on conflict (provider) do update
   set access_token = excluded.access_token, refresh_token = excluded.refresh_token,
       account_id = coalesce(excluded.account_id, provider_token.account_id), expires_at = excluded.expires_at,
       refresh_expires_at = excluded.refresh_expires_at,
       qps_limit = coalesce(excluded.qps_limit, provider_token.qps_limit), updated_at = now()
