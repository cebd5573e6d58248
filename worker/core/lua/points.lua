#!lua
-- Take points of the present UTC day.  KEYS: points, shown.  ARGV: points, most that may be used, text.
-- Result: granted (1/0), milliseconds until there are points again.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local day = math.floor(now / 86400000)
local rest = (day + 1) * 86400000 - now
local state = redis.call('HMGET', KEYS[1], 'day', 'used', 'gone_until')
local used = tonumber(state[1] or 0) == day and tonumber(state[2] or 0) or 0
local gone = tonumber(state[3] or 0) - now
local wait = gone > 0 and gone or (used + ARGV[1] > tonumber(ARGV[2]) and rest or 0)
if wait > 0 then
  redis.call('HSET', KEYS[2], 'text', ARGV[3], 'until', string.format('%.3f', (now + wait) / 1000))
  redis.call('PEXPIRE', KEYS[2], wait)
  redis.call('HINCRBY', 'dropship:metrics:pool', 'limit_refused|' .. KEYS[2]:sub(16), 1)
  return { 0, wait }
end
redis.call('HSET', KEYS[1], 'day', day, 'used', used + ARGV[1])
redis.call('PEXPIRE', KEYS[1], rest + 86400000)
return { 1, 0 }
