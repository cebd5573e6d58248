-- Candidates beyond the best $1 that have not been judged yet, at most $2, locked.  id, state
select id, state from product
where state = 'candidate'
  and id not in (select id from product where state = 'candidate' order by score_e4 desc nulls last, id limit $1::integer)
order by score_e4 nulls first, id desc limit $2::integer
for update skip locked
