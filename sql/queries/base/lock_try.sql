-- Take the session's advisory lock of name $1 text, without waiting.
-- One row: taken boolean.
select pg_try_advisory_lock(hashtextextended($1, 0)) as taken
