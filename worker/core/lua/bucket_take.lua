#!lua
-- Take cost from a bucket, below zero when the wait for it is short enough.  KEYS: bucket, pause, shown.
-- ARGV: cost, longest wait us, text, size and refill per second as long as the provider has said nothing.
-- Result: granted (1/0), wait us.
-- For the pool's metrics: dropship:limit:ACCOUNT without its prefix is whom we wait for.
local function count(what, by)
  redis.call('HINCRBY', 'dropship:metrics:pool', what .. '|' .. KEYS[3]:sub(16), by)
end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local state = redis.call('HMGET', KEYS[1], 'available', 'maximum', 'rate', 'at')
local maximum = tonumber(state[2] or ARGV[4])
local rate = tonumber(state[3] or ARGV[5])
local available = math.min(maximum, tonumber(state[1] or maximum) + (now - tonumber(state[4] or now)) / 1000000 * rate)
local cost = math.min(tonumber(ARGV[1]), maximum)
local paused = tonumber(redis.call('GET', KEYS[2]) or 0) - now
local wait = math.ceil(math.max(0, paused, (cost - available) / rate * 1000000))
if wait > tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[3], 'text', ARGV[3], 'until', string.format('%.6f', (now + wait) / 1000000))
  redis.call('PEXPIRE', KEYS[3], math.ceil(wait / 1000))
  count('limit_refused', 1)
  return { 0, wait }
end
redis.call('HSET', KEYS[1], 'available', string.format('%.3f', available - cost), 'maximum', maximum, 'rate', rate,
  'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 3600000)
if wait > 0 then
  count('limit_waits', 1)
  count('limit_wait_us', wait)
end
return { 1, wait }
