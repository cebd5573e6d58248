-- Lock the living keys of scope admin, so that two of them cannot revoke each other at once.  name
select name from api_key where scope = 'admin' and revoked_at is null order by id for update
