-- The shop was read and shows product $1 as it is meant to be, live or out: acts on subject "product:$1" that were left open are
-- over.  One that set the product has happened when there is such a product, $2 (gid or NULL); whether another has happened does not
-- matter any more, as $3 (sentence) says.
update effect e
   set state = case when o.found then 'done' else 'failed' end,
       result = case when o.found then jsonb_build_object('gid', $2::text) end,
       error = case when not o.found then $3 || coalesce(' ' || e.error, '') end, settled_at = now()
  from (select key, kind = 'shop.set' and settled_at is null and $2::text is not null as found from effect
        where subject = 'product:' || $1 and kind like 'shop.%' and state in ('intent', 'unknown')) o
 where e.key = o.key
