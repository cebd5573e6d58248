#!lua flags=allow-oom
-- Note that a job is to end: once in Sidekiq's hash, and in the set that is looked at before jobs are started, which forgets what
-- is old or too much.  KEYS: hash of the job, set.  ARGV: jid, TTL in s, how many the set keeps.  Returns 1 = new, 0 = again.
local now = tonumber(redis.call('TIME')[1])
local new = redis.call('HSETNX', KEYS[1], 'cancelled', now)
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return new
