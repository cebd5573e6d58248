-- All duty rules, by destination, origin and day.  json
select coalesce(json_agg(json_build_object('id', id, 'dest', dest, 'origin', origin, 'valid_from', valid_from, 'valid_to', valid_to,
  'fixed', json_build_object('minor', fixed_minor, 'currency', currency), 'ad_valorem_ppm', ad_valorem_ppm,
  'max_value', case when max_value_minor is null then null
    else json_build_object('minor', max_value_minor, 'currency', currency) end,
  'source', source) order by dest, origin, valid_from, currency), '[]') as json
from duty_rule
