-- When STOP was switched on, in microseconds; no row while it is off.  since_us
select (extract(epoch from updated_at) * 1000000)::bigint as since_us from setting where name = 'stop' and value = '1'
