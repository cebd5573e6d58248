-- The day $2 days after $1, at most $3: until; the day after it: next; how many they are: days; more: whether there are further ones up to $3.
select u.until, u.until + 1 as next, u.until - $1::date + 1 as days, u.until < $3::date as more
from (select least($1::date + $2::integer, $3::date) as until) as u
