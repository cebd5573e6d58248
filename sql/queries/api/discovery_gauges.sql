-- How discovery stands, for the metrics.  proposals_open, problems, ai_calls_failed and ai_cost_micro (of this UTC day),
-- scan_age_s (NULL before the first scan), stock_late_s (how long the check of the most overdue live product is late)
select (select count(*) from proposal where state = 'open') as proposals_open,
       (select count(*) from product where problem is not null) as problems,
       (select count(*) from ai_call where status <> 'OK'
          and at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC') as ai_calls_failed,
       (select coalesce(sum(cost_micro), 0)::bigint from ai_call
        where at >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC') as ai_cost_micro,
       (select extract(epoch from now() - max(started_at))::bigint from discovery_run) as scan_age_s,
       (select greatest(coalesce(extract(epoch from now() - min(check_due_at)), 0), 0)::bigint
        from product where check_due_at is not null) as stock_late_s
