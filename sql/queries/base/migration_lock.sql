-- Keep other migrations out until the transaction ends, and let its statements run for at most $1 text milliseconds.
-- One row without meaning.
select set_config('statement_timeout', $1, true), pg_advisory_xact_lock(hashtextextended('dropship.migrate', 0))
