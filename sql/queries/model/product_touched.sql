-- Product $1 was changed by a person.
update product set changed_at = now() where id = $1::bigint
