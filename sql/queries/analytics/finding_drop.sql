-- The store's visits are told: nothing is wrong any more.
delete from setup_finding where name = 'sessions'
