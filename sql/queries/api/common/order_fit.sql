-- `fit`: the orders that $1 to $10 leave: $1 states (text[]), $2 part of name or e-mail, or a whole tracking number, $3 and $4 not
-- before and before (microseconds), $5 hold code, $6 country, $7 risk, $8 only those with a problem, $9 only those whose costs are not
-- all known ("unknown", as the figures count them) or of which not even the sale is read ("unread"), $10 currency; all but $8 may be
-- NULL.  A part of one or two characters is a whole name or the beginning of an e-mail, or of the phone number of who has none (0021_scale.sql says why).
-- `rare`: for each parameter that is given the ids of up to 3,001 orders it leaves.  When one leaves at most 3,000, those are looked at
-- one by one; what is not rare is met soon enough on a walk in the order of the list.  Only what is frequent by each parameter and rare by
-- all of them (a country and a risk that seldom meet) is looked for in the whole table.
-- Two things keep the plan good for any parameters, so that it need not be made anew for each: the conditions are hidden in a `case`,
-- for guessing at each of them the planner would expect next to nothing to be left and rather sort a million than walk; and equality is
-- a range with an order, for which nothing but the index will do.
fit as not materialized (
  select *, coalesce(total_minor, -1) as worth from shop_order
  where case when ($1::text[] is null or state = any ($1::text[]))
    and ($2::text is null or order_words(name, email) like text_pattern($2) or name in ($2, '#' || $2)
         or (length($2) < 3 and customer_key ^@ lower($2))
         or id = any (array(select so.order_id from parcel p join supplier_order so on so.id = p.supplier_order_id where p.tracking_number = $2)))
    and ($3::bigint is null or created_at >= 'epoch'::timestamptz + $3::bigint * interval '1 microsecond')
    and ($4::bigint is null or created_at < 'epoch'::timestamptz + $4::bigint * interval '1 microsecond')
    and ($5::text is null or hold_code = $5) and ($6::text is null or address ->> 'country_code' = $6) and ($7::text is null or risk = $7)
    and (not $8::boolean or problem is not null) and ($10::text is null or currency = $10)
    and ($9::text is null or exists (select 1 from order_day d
           where d.order_id = shop_order.id and d.incomplete > 0 and ($9::text = 'unknown' or d.unknown > 0) offset 0))
    then true else false end
), rare as materialized (
  select array(
    (select id from shop_order where order_words(name, email) like text_pattern($2) limit 3001) union all
    (select id from shop_order where name in ($2, '#' || $2) limit 3001) union all
    (select id from shop_order
     where length($2) < 3 and customer_key ~>=~ lower($2) and customer_key ~<~ (lower($2) || chr(1114111)) limit 3001) union all
    (select so.order_id from parcel p join supplier_order so on so.id = p.supplier_order_id where p.tracking_number = $2 limit 3001)) as ids
  where $2::text is not null
  union all select array(select id from shop_order where hold_code >= $5 and hold_code <= $5 order by hold_code limit 3001)
  where $5::text is not null
  union all select array(select id from shop_order where address ->> 'country_code' >= $6 and address ->> 'country_code' <= $6
                         order by address ->> 'country_code' limit 3001) where $6::text is not null
  union all select array(select id from shop_order where risk >= $7 and risk <= $7 order by risk limit 3001) where $7::text is not null
  union all select array(select id from shop_order where problem is not null order by id limit 3001) where $8::boolean
  union all select array(select order_id from order_day
      where incomplete > 0 and ($9::text = 'unknown' or unknown > 0)
        and shop_date >= coalesce(('epoch'::timestamp + $3::bigint * interval '1 microsecond')::date - 1, '-infinity')
        and shop_date <= coalesce(('epoch'::timestamp + $4::bigint * interval '1 microsecond')::date + 1, 'infinity')
      order by shop_date, order_id limit 3001) where $9::text is not null
  union all select array(select id from shop_order where currency >= $10 and currency <= $10 order by currency limit 3001)
  where $10::text is not null
)
