#!lua flags=allow-oom
-- Sidekiq's heartbeat: work in progress under both names, the process hash, its membership; takes one signal.
-- KEYS: processes, identity hash, work, workers, signals.
-- ARGV: identity, info, busy, concurrency, quiet, rss, rtt_us, then per running job: thread id, work JSON.  Returns signal or nil.
local ttl = 60
local now = redis.call('TIME')
redis.call('UNLINK', KEYS[3], KEYS[4])
for i = 8, #ARGV, 2 do
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
    redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[3], ttl)
redis.call('EXPIRE', KEYS[4], ttl)
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], 'info', ARGV[2], 'busy', ARGV[3], 'concurrency', ARGV[4], 'quiet', ARGV[5], 'rss', ARGV[6],
    'rtt_us', ARGV[7], 'beat', now[1] .. '.' .. string.format('%06d', now[2]))
redis.call('EXPIRE', KEYS[2], ttl)
return redis.call('RPOP', KEYS[5])
