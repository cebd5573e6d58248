-- Applied migrations in order; no parameters.
-- Rows: number integer, name text, sha256 text.
select number, name, sha256 from schema_migration order by number
