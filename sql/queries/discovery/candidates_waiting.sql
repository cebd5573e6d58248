-- Candidates that wait to be assessed.  waiting
select count(*) as waiting from product where state = 'candidate'
