-- On UTC day $1 discovery spent $2 points on searches and $3 on assessments.
insert into discovery_day (day, search_points, assess_points) values ($1::date, $2::bigint, $3::bigint)
on conflict (day) do update set search_points = discovery_day.search_points + excluded.search_points,
  assess_points = discovery_day.assess_points + excluded.assess_points
