-- Count the kept totals (0022_totals.sql) anew.  One row without meaning.
select tally_recount()
