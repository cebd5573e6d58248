#!lua flags=allow-oom
-- Register or renew a lease.  KEYS: lease.  ARGV: milliseconds.
redis.call('SET', KEYS[1], redis.call('TIME')[1], 'PX', ARGV[1])
return 1
