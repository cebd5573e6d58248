-- A rule for destination $1 and origin $2 begins at day $3: those before it without an end, or with a later one, end the day
-- before.
update duty_rule set valid_to = $3::date - 1
where dest = $1 and origin = $2 and valid_from < $3::date and (valid_to is null or valid_to >= $3::date)
