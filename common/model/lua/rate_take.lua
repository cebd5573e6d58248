#!lua
-- Take tokens from a bucket that is full at ARGV[2] and refills so many a minute.  KEYS: bucket.  ARGV: tokens wanted, per minute.
-- Result: tokens given (0 to wanted), whole tokens left, ms until there is one (0 when any was given).
-- A bucket left alone for a minute is full, so its key may expire.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local size = tonumber(ARGV[2])
local per_us = size / 60000000
local state = redis.call('HMGET', KEYS[1], 'available', 'at')
local passed = math.max(0, now - tonumber(state[2] or now))
local available = math.min(size, tonumber(state[1] or size) + passed * per_us)
local given = math.min(tonumber(ARGV[1]), math.floor(available))
if given < 1 then
  return { 0, 0, math.ceil((1 - available) / per_us / 1000) }
end
redis.call('HSET', KEYS[1], 'available', string.format('%.6f', available - given), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 60000)
return { given, math.floor(available - given), 0 }
