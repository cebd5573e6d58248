-- Make the sums of day $1 in currency $2 anew.
select books_remake($1::date, $2) as done
