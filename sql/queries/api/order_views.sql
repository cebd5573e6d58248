-- How many orders are in each view of the list (counts end at 10001: "10,000+"), what they are held for, and the countries we sell
-- to.  json
select json_build_object(
  'views', json_build_object(
    'todo', (select count(*) from (select 1 from shop_order where state in ('held', 'approval') limit 10001) x),
    'waiting', (select count(*) from (select 1 from shop_order where state in ('received', 'waiting', 'flagged') limit 10001) x),
    'supplier', (select count(*) from (select 1 from shop_order where state in ('placing', 'placed') limit 10001) x),
    'shipped', (select count(*) from (select 1 from shop_order where state in ('shipped', 'fulfilled') limit 10001) x),
    'exceptions', (select count(*) from (select 1 from shop_order where problem is not null limit 10001) x)),
  'reasons', (select coalesce(json_agg(json_build_object('code', code, 'count', n) order by n desc, code), '[]')
              from (select coalesce(hold_code, '') as code, count(*) as n
                    from (select hold_code from shop_order where state = 'held' limit 10001) h group by 1) r where code <> ''),
  'countries', (select coalesce(json_agg(country order by country), '[]') from market)
) as json
