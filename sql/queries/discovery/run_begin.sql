-- A scan begins, and whoever says so holds the lock: one that has not ended by now was lost.  id
with lost as (
  update discovery_run set finished_at = now(), problem = 'The run was lost: its worker ended in the middle.'
  where finished_at is null
)
insert into discovery_run default values returning id
