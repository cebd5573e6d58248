#!lua flags=allow-oom
-- Clean exit of a process; the identity hash expires by itself.  KEYS: processes, work, workers, lease.  ARGV: identity.
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 1
