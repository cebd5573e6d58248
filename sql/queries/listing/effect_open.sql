-- Is an effect of kind $1 for subject $2 open, since less than $3 seconds (NULL = however long)?  Result: open.
select exists (select from effect
               where kind = $1 and subject = $2 and settled_at is null
                 and ($3::bigint is null or created_at > now() - make_interval(secs => $3::bigint))) as open
