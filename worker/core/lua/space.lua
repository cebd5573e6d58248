#!lua
-- Reserve the next moment of an account.  KEYS: next, pause, shown.  ARGV: spacing us, longest wait us, text.
-- Result: granted (1/0), wait us.  Nothing is reserved when the wait is too long.
-- For the pool's metrics: dropship:limit:ACCOUNT without its prefix is whom we wait for.
local function count(what, by)
  redis.call('HINCRBY', 'dropship:metrics:pool', what .. '|' .. KEYS[3]:sub(16), by)
end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0), tonumber(redis.call('GET', KEYS[2]) or 0))
local wait = at - now
if wait > tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[3], 'text', ARGV[3], 'until', string.format('%.6f', at / 1000000))
  redis.call('PEXPIRE', KEYS[3], math.ceil(wait / 1000))
  count('limit_refused', 1)
  return { 0, wait }
end
local following = at + ARGV[1]
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000) + 1000)
if wait > 0 then
  count('limit_waits', 1)
  count('limit_wait_us', wait)
end
return { 1, wait }
