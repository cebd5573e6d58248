-- `page`: $11 orders (at most 200) of `spotted` (`fit` with `spot`, what the list is sorted by) in the order of spot and id, with their
-- `place`; $1 states, $14 downwards.  `few` has the ids to look at one by one, if any; `at` is one row: the walk begins behind (spot, row)
-- and goes as far as `ends`.  Each state is read through its index, so that few among millions are found at once.  A direction is
-- a branch of its own, for the plan of an order that depends on a parameter would be to sort them all.
found as (
  (select * from spotted where id = any ((select ids from few)::bigint[])
     and case when $14::boolean then (spot, id) < ((select spot from at), (select row from at))
              else (spot, id) > ((select spot from at), (select row from at)) end)
  union all
  (select * from spotted where $14::boolean and $1::text[] is null and not exists (select 1 from few)
     and (spot, id) < ((select spot from at), (select row from at)) and spot >= (select ends from at)
   order by spot desc, id desc limit 200)
  union all
  (select * from spotted where not $14::boolean and $1::text[] is null and not exists (select 1 from few)
     and (spot, id) > ((select spot from at), (select row from at)) and spot < (select ends from at)
   order by spot, id limit 200)
  union all
  (select s.* from unnest($1::text[]) w (wanted) cross join lateral (
     select * from spotted where state = wanted
       and (spot, id) < ((select spot from at), (select row from at)) and spot >= (select ends from at)
     order by spot desc, id desc limit 200) s
   where $14::boolean and not exists (select 1 from few))
  union all
  (select s.* from unnest($1::text[]) w (wanted) cross join lateral (
     select * from spotted where state = wanted
       and (spot, id) > ((select spot from at), (select row from at)) and spot < (select ends from at)
     order by spot, id limit 200) s
   where not $14::boolean and not exists (select 1 from few))
), page as (
  select *, row_number() over (order by case when $14::boolean then spot end desc, case when $14::boolean then id end desc, spot, id)
              as place
  from found order by place limit $11::bigint
)
