#!lua flags=allow-oom
-- Leave a signal for a process, which takes one per beat.  KEYS: signals.  ARGV: name.
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], 60)
return 1
