-- The key of the supplier's webhooks: the account's openId; no row before the first sign-in.  account_id
select account_id from provider_token where provider = 'cj' and account_id is not null and account_id <> ''
