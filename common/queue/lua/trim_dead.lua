#!lua flags=allow-oom
-- Drop the oldest of `dead` beyond its limits, counting them.  While there is an archive, which takes what
-- is beyond (archive.h), only what is ten times over is dropped: then the archive has been away for long.
-- KEYS: dead.  ARGV: how many to keep, seconds to keep, most to drop.  Returns how many were dropped.
local archived = redis.call('EXISTS', 'dropship:archive') == 1
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1]) * (archived and 10 or 1)
local before = redis.call('TIME')[1] - tonumber(ARGV[2])
local old = archived and 0 or redis.call('ZCOUNT', KEYS[1], '-inf', before)
local drop = math.min(tonumber(ARGV[3]), math.max(over, old))
if drop > 0 then
    redis.call('ZREMRANGEBYRANK', KEYS[1], 0, drop - 1)
    redis.call('INCRBY', 'dropship:stat:trimmed', drop)
end
return math.max(drop, 0)
