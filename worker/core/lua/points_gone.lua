#!lua
-- The provider says that the points are used up.  KEYS: points, shown.  ARGV: milliseconds (0 = until the next UTC day), text.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local rest = 86400000 - now % 86400000
local wait = tonumber(ARGV[1]) > 0 and tonumber(ARGV[1]) or rest
redis.call('HSET', KEYS[1], 'gone_until', string.format('%.0f', now + wait))
redis.call('PEXPIRE', KEYS[1], math.max(wait, rest) + 86400000)
redis.call('HSET', KEYS[2], 'text', ARGV[2], 'until', string.format('%.3f', (now + wait) / 1000))
redis.call('PEXPIRE', KEYS[2], wait)
return wait
