#!lua flags=allow-oom
-- Drop the oldest of `dead` beyond its limits, counting them; at most 1000 per call.
-- KEYS: dead.  ARGV: how many to keep, seconds to keep.  Returns how many were dropped.
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
local before = redis.call('TIME')[1] - tonumber(ARGV[2])
local old = redis.call('ZCOUNT', KEYS[1], '-inf', before)
local drop = math.min(1000, math.max(over, old))
if drop > 0 then
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, drop - 1)
    redis.call('INCRBY', 'dropship:stat:trimmed', drop)
end
return math.max(drop, 0)
