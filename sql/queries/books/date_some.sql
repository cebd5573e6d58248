-- Give a shop day to what was written before the shop's zone was known, up to $1 of each kind.  dated: how many got one
select books_date($1::integer) as dated
