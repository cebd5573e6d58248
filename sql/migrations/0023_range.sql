-- Without days the figures are those of the last 30 shop days, today among them, as the dashboard opens: the books are kept as
-- things happen, and whoever asks how it goes means today, too.  Otherwise as before (0009).
create or replace function books_range(from_asked date, to_asked date, currency_asked text, compare boolean)
returns table (from_day date, to_day date, before_from date, before_to date, zone text, today date, currency text)
language sql stable as $$
  select f, t, case when compare then f - (t - f + 1) end, case when compare then f - 1 end, timezone, day, cur
  from (select coalesce(from_asked, coalesce(to_asked, day) - 29) as f, coalesce(to_asked, greatest(from_asked, day)) as t, *
        from (select books_day(now()) as day, i.timezone, coalesce(currency_asked, i.currency) as cur from shop_info i) as i) as r
  where day is not null and cur is not null
$$;
