#!lua flags=allow-oom
-- Give the jobs of one claim list back, if the lease of its process is gone, and remember them as suspects.  Jobs recovered too
-- often stay in the list and are returned, for bury.lua: their new form is written outside.  A list that is empty then is not
-- known any more (lists.h).
-- KEYS: claim list, lease, queue list, queues, suspects, watch (see watch.lua), lists.
-- ARGV: queue name, limit (0 = do not count), TTL of the counters in s, longest pause since the last look in ms (0 = any).
-- Returns {vanished (0|1), recovered, condemned payloads}.
local time = redis.call('TIME')
local now, limit, pause = tonumber(time[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
if pause > 0 then
    local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
    if now_ms - (redis.call('HGET', KEYS[6], 'last') or 0) > pause then
        return { 0, 0, {} } -- Redis stood still in the middle of a round
    end
    redis.call('HSET', KEYS[6], 'last', string.format('%.0f', now_ms))
end
if redis.call('EXISTS', KEYS[2]) == 1 then
    return { 0, 0, {} }
end
local held = redis.call('LRANGE', KEYS[1], 0, -1)
local back, condemned = {}, {}

-- How often in all.
local function count(payload)
    local digest = redis.sha1hex(payload)
    local counter = 'dropship:recovered:' .. digest
    local times = redis.call('INCR', counter)
    redis.call('EXPIRE', counter, ARGV[3])
    redis.call('ZADD', KEYS[5], now + ARGV[3], digest)
    return times
end

for _, payload in ipairs(held) do
    if limit > 0 and count(payload) >= limit then
        condemned[#condemned + 1] = payload
    else
        back[#back + 1] = payload
    end
end
if #held > 0 and limit > 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now)
    redis.call('EXPIRE', KEYS[5], ARGV[3])
end
if #back > 0 then
    redis.call('SADD', KEYS[4], ARGV[1])
    redis.call('RPUSH', KEYS[3], unpack(back)) -- same order as in the list: the oldest claim runs next
    redis.call('DEL', KEYS[1])
    if #condemned > 0 then
        redis.call('RPUSH', KEYS[1], unpack(condemned))
    end
    redis.call('INCRBY', 'dropship:stat:recovered', limit > 0 and #back or 0)
    if limit > 0 then
        redis.call('HINCRBY', 'dropship:metrics:pool', 'recovered|' .. ARGV[1], #back)
    end
end
if #condemned == 0 then
    redis.call('SREM', KEYS[7], KEYS[1])
end
return { #held > 0 and 1 or 0, #back, condemned }
