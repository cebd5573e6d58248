-- How many orders are in each view of the list (10001 says "10,000+"), what they are held for, and the countries we sell to.  json
with states as (
  select key as state, n from total where what = 'order'
)
select json_build_object(
  'views', json_build_object(
    'todo', (select least(coalesce(sum(n), 0), 10001) from states where state in ('held', 'approval')),
    'waiting', (select least(coalesce(sum(n), 0), 10001) from states where state in ('received', 'waiting', 'flagged')),
    'supplier', (select least(coalesce(sum(n), 0), 10001) from states where state in ('placing', 'placed')),
    'shipped', (select least(coalesce(sum(n), 0), 10001) from states where state in ('shipped', 'fulfilled')),
    'exceptions', (select count(*) from (select 1 from shop_order where problem is not null limit 10001) x)),
  'reasons', (select coalesce(json_agg(json_build_object('code', code, 'count', n) order by n desc, code), '[]')
              from (select coalesce(hold_code, '') as code, count(*) as n
                    from (select hold_code from shop_order where state = 'held' limit 10001) h group by 1) r where code <> ''),
  'countries', (select coalesce(json_agg(country order by country), '[]') from market)
) as json
