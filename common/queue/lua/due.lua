#!lua flags=no-writes,allow-oom
-- Due entries of a sorted set, earliest first.  KEYS: set.  ARGV: how many.
-- Returns {now in us, microseconds until the next entry that is not returned (-1 = none), payload, score, ...}.
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
local page = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
local following = redis.call('ZRANGE', KEYS[1], #page / 2, #page / 2, 'WITHSCORES')
local wait = -1
if following[2] then
    wait = math.max(0, math.floor((tonumber(following[2]) - tonumber(now)) * 1000000))
end
local result = { time[1] .. string.format('%06d', time[2]), string.format('%.0f', math.min(wait, 9e15)) }
for i = 1, #page do
    result[#result + 1] = page[i]
end
return result
