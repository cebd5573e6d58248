-- How runs went in the last $1 seconds, by queue, by type and over time; of the newest 50,000 runs at most ("complete" says
-- whether there were more).  Only what ran to an end counts: done, or failed (retry, dead).  json
with looked as (
  select type, queue, outcome in ('retry', 'dead') as failed, run_ms, finished_at
  from job_run
  where started_at >= now() - $1::bigint * interval '1 second' and outcome in ('done', 'retry', 'dead')
  order by started_at desc limit 50000
), sums as (
  select grouping(queue) = 0 as by_queue, coalesce(queue, type) as name,
         count(*) filter (where not failed) as done, count(*) filter (where failed) as failed,
         percentile_disc(array[0.5, 0.95]) within group (order by run_ms) as ms
  from looked group by grouping sets ((queue), (type))
), slices as (
  select n, now() - ($1::bigint * (60 - n) / 60.0) * interval '1 second' as at from generate_series(0, 59) n
), series as (
  select width_bucket(extract(epoch from finished_at), extract(epoch from now()) - $1::bigint, extract(epoch from now()), 60) - 1 as n,
         count(*) filter (where not failed) as done, count(*) filter (where failed) as failed,
         percentile_disc(array[0.5, 0.95]) within group (order by run_ms) as ms
  from looked group by 1
)
select json_build_object(
  'window_s', $1::bigint, 'slice_s', $1::bigint / 60, 'at', now(), 'complete', (select count(*) < 50000 from looked),
  'queues', (select coalesce(json_agg(json_build_object('name', name, 'done', done, 'failed', failed,
      'fail_ppm', failed * 1000000 / (done + failed), 'p50_ms', ms[1], 'p95_ms', ms[2]) order by name), '[]') from sums where by_queue),
  'types', (select coalesce(json_agg(json_build_object('name', name, 'done', done, 'failed', failed,
      'fail_ppm', failed * 1000000 / (done + failed), 'p50_ms', ms[1], 'p95_ms', ms[2]) order by name), '[]') from sums
    where not by_queue),
  'series', (select json_agg(json_build_object('at', s.at, 'done', coalesce(r.done, 0), 'failed', coalesce(r.failed, 0),
      'p50_ms', r.ms[1], 'p95_ms', r.ms[2]) order by s.n) from slices s left join series r using (n))
) as json
