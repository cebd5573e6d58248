-- Comparisons older than $1 days go.
delete from reconcile_run where at < now() - make_interval(days => $1::integer)
