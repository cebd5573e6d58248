-- $1 name, $2 SHA-256 as hex, $3 first characters, $4 scope
insert into api_key (name, key_sha256, key_hint, scope) values ($1, $2, $3, $4)
