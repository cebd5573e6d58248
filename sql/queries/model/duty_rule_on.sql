-- The duty rule that holds: $1 market, $2 origin, $3 day (YYYY-MM-DD at the destination) or NULL = today in UTC.
-- A row of the market itself comes before one of the EU.
select r.fixed_minor, r.ad_valorem_ppm, r.max_value_minor, r.currency
from duty_rule r
where r.origin = $2
  and (r.dest = $1 or (r.dest = 'EU' and exists (select 1 from market m where m.country = $1 and m.eu)))
  and coalesce($3::date, (now() at time zone 'utc')::date) between r.valid_from and coalesce(r.valid_to, 'infinity')
order by (r.dest = $1) desc, r.valid_from desc, r.id desc
limit 1
