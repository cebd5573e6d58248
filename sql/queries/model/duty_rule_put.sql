-- $1 dest, $2 origin, $3 first day, $4 fixed (minor), $5 currency, $6 ad valorem (ppm), $7 largest value (minor) or NULL,
-- $8 source; it holds until the day before the next rule begins.  One of the same first day in another currency gives way.
with other as (
  delete from duty_rule where dest = $1 and origin = $2 and valid_from = $3::date and currency <> $5
)
insert into duty_rule (dest, origin, valid_from, valid_to, fixed_minor, currency, ad_valorem_ppm, max_value_minor, source)
values ($1, $2, $3::date, (select min(n.valid_from) - 1 from duty_rule n where n.dest = $1 and n.origin = $2 and n.valid_from > $3::date),
        $4::bigint, $5, $6::bigint, $7::bigint, $8)
on conflict (dest, origin, valid_from, currency) do update
set fixed_minor = excluded.fixed_minor, ad_valorem_ppm = excluded.ad_valorem_ppm, max_value_minor = excluded.max_value_minor,
    source = excluded.source, valid_to = excluded.valid_to
