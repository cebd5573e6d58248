-- Visits that became orders, per day from $1 to $2, parameters as for summary ($4 is not used): of store sessions where they are
-- known, else of ad clicks, never mixed; a day without trials has no rate.  json; no row while the shop's zone is not known.
with range as (
  select * from books_range($1::date, $2::date, $3, $4::boolean)
), source as (
  select case when exists (select 1 from store_sessions v, range r where v.shop_date between r.from_day and r.to_day) then 'store_sessions'
              when exists (select 1 from daily_ads a, range r
                           where a.currency = r.currency and a.shop_date between r.from_day and r.to_day
                             and (a.clicks > 0 or a.purchases > 0)) then 'ad_clicks' end as of
), day as (
  select g::date as date, case of when 'store_sessions' then v.sessions when 'ad_clicks' then coalesce(a.clicks, 0) end as trials,
         case of when 'store_sessions' then v.with_order when 'ad_clicks' then coalesce(a.purchases, 0) end as successes
  from range r cross join source
  cross join lateral generate_series(r.from_day::timestamp, r.to_day::timestamp, interval '1 day') as g
  left join store_sessions v on v.shop_date = g::date
  left join daily_ads a on a.shop_date = g::date and a.currency = r.currency
  where of is not null
)
select jsonb_build_object(
  'range', jsonb_build_object('from', from_day, 'to', to_day, 'days', to_day - from_day + 1, 'zone', zone), 'of', of,
  'why', case of when 'store_sessions' then null when 'ad_clicks' then 'of ad clicks: store sessions are not known'
                 else 'no source of visits is connected: neither store sessions nor ad clicks' end,
  'days', (select coalesce(jsonb_agg(jsonb_build_object(
             'date', date, 'trials', trials, 'successes', successes, 'rate_ppm', books_ratio(successes, trials, 1000000),
             'low_ppm', w.low_ppm, 'high_ppm', w.high_ppm) order by date), '[]')
           from day left join lateral books_wilson(successes, trials) as w on true)) as json
from range, source
