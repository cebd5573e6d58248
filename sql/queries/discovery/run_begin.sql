-- A scan begins.  id
insert into discovery_run default values returning id
