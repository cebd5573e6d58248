#!lua flags=allow-oom
-- Note that recovery looks.  No lease can be renewed while Redis is away or frozen, so after a pause between two looks those of
-- living workers may be gone as well: recovery waits for them before it judges again.
-- KEYS: watch.  ARGV: longest pause in ms, how long to wait in ms.  Returns ms still to wait; 0 = judge.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('HMGET', KEYS[1], 'last', 'since')
local last, since = tonumber(seen[1] or ''), tonumber(seen[2] or '')
if not last or not since or now < last or now - last > tonumber(ARGV[1]) then
    since = now
end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', now), 'since', string.format('%.0f', since))
return math.max(0, since + ARGV[2] - now)
