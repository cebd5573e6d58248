-- The stored value of setting $1, locked until the transaction ends.  value
select value from setting where name = $1 for update
