-- Product $1 is out of the shop: nobody watches it, and a new publication begins from the start.
update product set listed_at = null, check_due_at = null, tier = null where id = $1::bigint
