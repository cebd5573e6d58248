-- The provider has said how many calls per second the account may make: $2.  $1 provider.
update provider_token set qps_limit = $2::integer, updated_at = now() where provider = $1
