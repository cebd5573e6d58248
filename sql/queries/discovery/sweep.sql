-- Products whose job is overdue by $1 seconds and was not sent again in the last $2 seconds, at most $3, oldest first; they are
-- marked as swept.  One that stays overdue although it was sent again has jobs enough (they fail and are tried again by
-- themselves), so it is sent ever more rarely: each time after as long as it was overdue at the last, at most an hour.
-- id, next_job
update product set swept_at = now()
where id in (select id from product
             where next_job is not null and next_run_at < now() - make_interval(secs => $1::double precision)
               and (swept_at is null
                    or swept_at < now() - greatest(make_interval(secs => $2::double precision),
                                                   least(swept_at - next_run_at, interval '1 hour')))
             order by next_run_at limit $3::integer for update skip locked)
returning id, next_job
