#!lua
-- What the provider said after a call.  KEYS: bucket.  ARGV: available, maximum, refill per second.
-- What others have reserved below zero is not in the provider's figure yet and stays reserved.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local state = redis.call('HMGET', KEYS[1], 'available', 'rate', 'at')
local mine = tonumber(state[1] or 0) + (now - tonumber(state[3] or now)) / 1000000 * tonumber(state[2] or 0)
redis.call('HSET', KEYS[1], 'available', string.format('%.3f', tonumber(ARGV[1]) + math.min(0, mine)), 'maximum', ARGV[2],
  'rate', ARGV[3], 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 3600000)
return 1
