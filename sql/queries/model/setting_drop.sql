-- Setting $1 is at its default again.
delete from setting where name = $1
