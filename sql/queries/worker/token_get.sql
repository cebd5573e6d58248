-- The token of a provider.  $1 provider.  Result: none or one row, ages and rests in milliseconds;
-- try_age_ms is the age of the last renewal or of the last try at one.
select access_token, refresh_token, qps_limit,
       (extract(epoch from expires_at - now()) * 1000)::bigint as rest_ms,
       (extract(epoch from refresh_expires_at - now()) * 1000)::bigint as refresh_rest_ms,
       (extract(epoch from now() - login_at) * 1000)::bigint as login_age_ms,
       (extract(epoch from now() - updated_at) * 1000)::bigint as try_age_ms
  from provider_token
 where provider = $1
