#!lua
-- Nobody calls for a while.  KEYS: pause, shown.  ARGV: pause us, text.  A longer pause that runs already stays.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local till = math.max(now + ARGV[1], tonumber(redis.call('GET', KEYS[1]) or 0))
local ms = math.ceil((till - now) / 1000)
redis.call('SET', KEYS[1], string.format('%.0f', till), 'PX', ms + 1)
redis.call('HSET', KEYS[2], 'text', ARGV[2], 'until', string.format('%.6f', till / 1000000))
redis.call('PEXPIRE', KEYS[2], ms + 1)
return ms
