#!lua flags=allow-oom
-- Settle a batch of claimed jobs: each leaves the claim list and takes its next place.  A job that is not in the list any more
-- has been recovered: it is left alone and counted as fenced.
-- KEYS: claim list, queue list, queues, schedule, retry, dead, suspects, cancelled.
-- ARGV: queue name, UTC day, day TTL in s, then per job: kind, failed (0|1), score, payload, next, and of a timetable's
-- job that ends: busy marker, jid (see slot.lua).
-- Kinds: done, back, schedule, retry, dead.  Returns one number per job (1 settled, 0 fenced) and whether
-- there are cancelled jobs (0|1).
local first, width = 4, 7
local count = (#ARGV - first + 1) / width
local result, processed, failed, fenced = {}, 0, 0, 0

-- A whole batch done is the common case: one DEL instead of a removal for each.
local function settle_whole_batch()
    local held = redis.call('LRANGE', KEYS[1], 0, -1)
    if #held ~= count then
        return false
    end
    local times = {}
    for _, payload in ipairs(held) do
        times[payload] = (times[payload] or 0) + 1
    end
    for i = first, #ARGV, width do
        local left = times[ARGV[i + 3]]
        if ARGV[i] ~= 'done' or not left or left == 0 then
            return false
        end
        times[ARGV[i + 3]] = left - 1
    end
    redis.call('DEL', KEYS[1])
    return true
end

-- A job that came to an end, whichever, has not taken its worker with it.
local careful = redis.call('EXISTS', KEYS[7]) == 1
local function acquit(payload)
    local digest = redis.sha1hex(payload)
    if redis.call('ZREM', KEYS[7], digest) == 1 then
        redis.call('DEL', 'dropship:recovered:' .. digest)
    end
end

-- include: common/settled.lua

local sets = { schedule = KEYS[4], retry = KEYS[5], dead = KEYS[6] }
local whole = settle_whole_batch()
-- Backwards, so that of several jobs given back the first one ends at the tail of its queue.
for n = count, 1, -1 do
    local i = first + (n - 1) * width
    local kind, payload = ARGV[i], ARGV[i + 3]
    if whole or redis.call('LREM', KEYS[1], -1, payload) == 1 then
        result[n] = 1
        if kind == 'back' then
            redis.call('SADD', KEYS[3], ARGV[1])
            redis.call('RPUSH', KEYS[2], payload)
        elseif sets[kind] then
            redis.call('ZADD', sets[kind], due(ARGV[i + 2]), ARGV[i + 4])
        end
        if ARGV[i + 5] ~= '' and redis.call('GET', ARGV[i + 5]) == ARGV[i + 6] then
            redis.call('DEL', ARGV[i + 5])
        end
        if careful and kind ~= 'back' then
            acquit(payload)
        end
        if kind ~= 'back' and kind ~= 'schedule' then
            processed = processed + 1
        end
        failed = failed + tonumber(ARGV[i + 1])
    else
        result[n] = 0
        fenced = fenced + 1
    end
end

count_up('processed', processed)
count_up('failed', failed)
if fenced > 0 then
    redis.call('INCRBY', 'dropship:stat:fenced', fenced)
end
result[count + 1] = redis.call('EXISTS', KEYS[8])
return result
