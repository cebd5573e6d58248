-- What is still open, for the metrics.  effects_intent, effects_unknown, outbox_unsent, outbox_oldest_s, reconcile_missing,
-- reconcile_doubled (NULL before the first comparison)
select (select count(*) from effect where state = 'intent') as effects_intent,
       (select count(*) from effect where state = 'unknown') as effects_unknown,
       (select count(*) from outbox where sent_at is null) as outbox_unsent,
       (select coalesce(extract(epoch from now() - min(created_at)), 0)::bigint
        from outbox where sent_at is null) as outbox_oldest_s,
       (select missing from reconcile_run order by id desc limit 1) as reconcile_missing,
       (select doubled from reconcile_run order by id desc limit 1) as reconcile_doubled
