#!lua
-- Push new jobs of which some are unique: each takes its lock in the same script, or is not pushed when another job has it.
-- A job that has its lock already was pushed before, by a call whose reply was lost: the lock is renewed, nothing is pushed.
-- What is pushed is counted per queue.
-- All of them, or none when Redis is full (no allow-oom), or too full by our own limits (pressure.h).
-- KEYS: queues, schedule, memory flag, longest queue.  ARGV: longest queue where that key is unset, then per job in run order:
-- queue, score ("" = now), payload, lock ("" = not unique), jid, TTL of the lock in s.
-- Returns {1, per job "" or the jid that holds its lock}; or {0, "MEMORY_FULL", flag}, {0, "QUEUE_FULL", queue, length, limit}.
local pressure = redis.call('MGET', KEYS[3], KEYS[4])
local limit = tonumber(pressure[2] or ARGV[1])
local first, width = 2, 6
local result, push, taken = { 1 }, {}, {}
for i = first, #ARGV, width do
    local queue, score, lock, jid = ARGV[i], ARGV[i + 1], ARGV[i + 3], ARGV[i + 4]
    local holder = lock ~= '' and (taken[lock] or redis.call('GET', lock)) or nil
    result[#result + 1] = holder and holder ~= jid and holder or ''
    if not holder then
        local length = score == '' and redis.call('LLEN', 'queue:' .. queue) or 0
        if pressure[1] then
            return { 0, 'MEMORY_FULL', pressure[1] }
        elseif length >= limit then
            return { 0, 'QUEUE_FULL', queue, length, limit }
        end
        taken[lock ~= '' and lock or i] = jid
        push[i] = true
    end
end

local pushed = {}
for i = first, #ARGV, width do
    local queue, score, payload, lock, jid = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
    if lock ~= '' and result[2 + (i - first) / width] == '' then
        redis.call('SET', lock, jid, 'EX', ARGV[i + 5])
    end
    if push[i] then
        pushed[queue] = (pushed[queue] or 0) + 1
    end
    if push[i] and score == '' then
        redis.call('SADD', KEYS[1], queue)
        redis.call('LPUSH', 'queue:' .. queue, payload)
    elseif push[i] then
        redis.call('ZADD', KEYS[2], score, payload)
    end
end
for queue, n in pairs(pushed) do
    redis.call('HINCRBY', 'dropship:metrics:enqueued', queue, n)
end
return result
