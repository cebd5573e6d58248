#!lua
-- May a call be made?  KEYS: breaker.  ARGV: milliseconds a probe may take.
-- Result: granted (0, 1, 2 = as the one probe), milliseconds to wait.
local state = redis.call('HMGET', KEYS[1], 'opened', 'until', 'probe')
if not state[1] then
  return { 1, 0 }
end
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait = math.max(tonumber(state[2] or 0), tonumber(state[3] or 0)) - now
if wait > 0 then
  return { 0, wait }
end
redis.call('HSET', KEYS[1], 'probe', string.format('%.0f', now + ARGV[1]))
return { 2, 0 }
