#!lua
-- Push new jobs: all of them, or none when Redis is full (no allow-oom), or too full by our own limits (pressure.h).
-- Counts them per queue, those for later too: promotion does not.
-- KEYS: queues, schedule, memory flag, longest queue.  ARGV: longest queue where that key is unset, then blocks in run order:
-- queue, n, n payloads; or for later queue, -n, n times score, payload.  n is at most 1000.
-- Returns how many; or {"MEMORY_FULL", flag} or {"QUEUE_FULL", queue, its length, limit}, and nothing was pushed.
local pressure = redis.call('MGET', KEYS[3], KEYS[4])
if pressure[1] then
    return { 'MEMORY_FULL', pressure[1] }
end
local limit = tonumber(pressure[2] or ARGV[1])
local at = 2
while at <= #ARGV do
    local queue, n = ARGV[at], tonumber(ARGV[at + 1])
    local length = n < 0 and 0 or redis.call('LLEN', 'queue:' .. queue)
    if length >= limit then
        return { 'QUEUE_FULL', queue, length, limit }
    end
    at = at + 2 + (n < 0 and -2 * n or n)
end

local pushed = 0
at = 2
while at <= #ARGV do
    local queue, n = ARGV[at], tonumber(ARGV[at + 1])
    local first = at + 2
    if n < 0 then
        n = -n
        at = first + 2 * n
        redis.call('ZADD', KEYS[2], unpack(ARGV, first, at - 1))
    else
        at = first + n
        redis.call('SADD', KEYS[1], queue)
        redis.call('LPUSH', 'queue:' .. queue, unpack(ARGV, first, at - 1))
    end
    redis.call('HINCRBY', 'dropship:metrics:enqueued', queue, n)
    pushed = pushed + n
end
return pushed
