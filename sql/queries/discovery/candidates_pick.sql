-- The best products that may become candidates, at most $1, locked: found ones; those a rule rejected, that lacked data or that
-- passed in a trial run, once they are $2 days old (data that a setting mends: once a setting or duty was changed since, or after
-- a day; passed ones: at once when $3, the mode lets products go on).  Never what a person rejected.  Cheap facts must fit: seen
-- in the last 7 days, scored, price readable, the supplier's price within $4 to $5 (cents, 0 = open), stock at least $6 where
-- told, $7 new listings a day times 100 (0 = not asked).  id, state, name, category, score_e4, label
select id, state, name, category, score_e4, label from product
where score_e4 is not null and seen_at > now() - interval '7 days'
  and (state = 'found'
       or (state = 'rejected' and decision_rule is distinct from 'PERSON' and decided_by like 'rule:%'
           and decided_at < now() - make_interval(days => $2::integer))
       or (state = 'needs_data' and (decided_at < now() - make_interval(days => $2::integer)
                                     or (decision_rule in ('DUTY_RULE', 'RATE')
                                         and (decided_at < now() - interval '1 day' or decided_at < (
                                           select max(at) from audit where action in ('setting.change', 'duty.set'))))))
       or (state = 'assessed' and ($3::boolean or decided_at < now() - make_interval(days => $2::integer))))
  and price_min_minor is not null and ($4::bigint = 0 or price_max_minor >= $4::bigint)
  and ($5::bigint = 0 or price_min_minor <= $5::bigint)
  and (stock is null or stock >= $6::bigint)
  and ($7::bigint = 0 or (score_parts ->> 'v_r')::numeric * 100 >= $7::bigint)
order by score_e4 desc, id limit $1::integer
for update skip locked
