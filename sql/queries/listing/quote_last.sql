-- The kept freight quote of one piece of variant $1 from $2 to $3, however old: methods, quoted_us.
select methods, (extract(epoch from quoted_at) * 1000000)::bigint as quoted_us
from freight_quote where vid = $1 and quantity = 1 and origin = $2 and dest = $3
