#!lua flags=allow-oom
-- Put a job of the archive to its queue.  KEYS: queues, queue list.  ARGV: queue, payload.
redis.call('SADD', KEYS[1], ARGV[1])
return redis.call('LPUSH', KEYS[2], ARGV[2])
