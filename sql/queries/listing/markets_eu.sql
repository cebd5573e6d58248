-- Is one of the markets $1 (comma-separated) under the EU's product rules?  Result: eu.
select coalesce(bool_or(eu), false) as eu from market where country = any (string_to_array(replace($1, ' ', ''), ','))
