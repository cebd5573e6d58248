-- Revoke key $1; no row when it is unknown or revoked already.
update api_key set revoked_at = now() where name = $1 and revoked_at is null
