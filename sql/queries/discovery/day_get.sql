-- Points of the supplier that discovery has spent on UTC day $1.  One row.
select coalesce(sum(search_points), 0) as search_points, coalesce(sum(assess_points), 0) as assess_points
from discovery_day where day = $1::date
