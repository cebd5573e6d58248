-- Give back one hold of the session's advisory lock of name $1 text.
-- One row: released boolean.
select pg_advisory_unlock(hashtextextended($1, 0)) as released
