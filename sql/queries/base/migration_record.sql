-- Note an applied migration: $1 number, $2 name text, $3 SHA-256 of its text in hex.
-- No rows.
insert into schema_migration (number, name, sha256) values ($1, $2, $3)
