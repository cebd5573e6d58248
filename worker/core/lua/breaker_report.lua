#!lua
-- How a call went.  KEYS: breaker, shown.  ARGV: healthy (1, 0; -1 = the call was not made), failures that open,
-- first and longest open time in ms, text.  Result: milliseconds for which it has just been opened, 0 = not.
-- When the last answers came is kept in shown:health for people (ok_us, bad_us, bad_since_us).
local t = redis.call('TIME')
local health, now_us = KEYS[2] .. ':health', string.format('%.0f', t[1] * 1000000 + t[2])
if ARGV[1] == '1' then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', health, 'ok_us', now_us)
  redis.call('HDEL', health, 'bad_since_us')
  return 0
end
if ARGV[1] == '-1' then
  redis.call('HDEL', KEYS[1], 'probe')
  return 0
end
redis.call('HSET', health, 'bad_us', now_us)
redis.call('HSETNX', health, 'bad_since_us', now_us)
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'opened', 'until')
local opened = tonumber(state[1] or 0)
if opened > 0 and tonumber(state[2]) > now then
  return 0 -- a call that was under way when it opened
end
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('PEXPIRE', KEYS[1], 3600000)
if opened == 0 and failures < tonumber(ARGV[2]) then
  return 0
end
local open = math.min(ARGV[3] * 2 ^ math.min(opened, 20), tonumber(ARGV[4]))
local till = now + open
redis.call('HSET', KEYS[1], 'opened', opened + 1, 'until', string.format('%.0f', till))
redis.call('HDEL', KEYS[1], 'probe')
redis.call('HSET', KEYS[2], 'text', ARGV[5], 'until', string.format('%.3f', till / 1000))
redis.call('PEXPIRE', KEYS[2], open)
redis.call('HINCRBY', 'dropship:metrics:pool', 'breaker_opened|' .. KEYS[2]:sub(16), 1)
return open
