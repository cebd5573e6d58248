-- How many effects of kind $1 for subject $2 are done.  Result: done.
select count(*) as done from effect where kind = $1 and subject = $2 and state = 'done'
