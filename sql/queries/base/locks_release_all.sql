-- Give back all advisory locks of the session.
-- One row without meaning.
select pg_advisory_unlock_all()
