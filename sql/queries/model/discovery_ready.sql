-- Markets $1 (country codes, comma-separated) and goods from $2: known, and with a duty rule today?  country, known, duty
select c.country, m.country is not null as known,
  exists (select 1 from duty_rule r where r.origin = $2 and (r.dest = c.country or (r.dest = 'EU' and m.eu))
          and r.valid_from <= current_date and (r.valid_to is null or r.valid_to >= current_date)) as duty
from (select distinct upper(trim(w)) as country from regexp_split_to_table($1, ',') w where trim(w) <> '') c
left join market m on m.country = c.country
order by c.country
