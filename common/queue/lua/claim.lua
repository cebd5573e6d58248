#!lua flags=allow-oom
-- Move jobs from the tail of a queue into a claim list and return all that the list then holds, next to run first.
-- What the list holds before comes from BLMOVE, or from a call whose reply was lost; what of it is too much goes back.
-- A paused queue takes everything back.  While there are suspects (recovered jobs that were not settled since), each is handed
-- out alone, and only while no other list of this process holds one; jobs behind it may pass.
-- Of large jobs fewer are taken than asked for.
-- The list is made known (lists.h) before anything can be in it: a wait by BLMOVE always comes after a call of this.
-- KEYS: queue list, claim list, paused, queues, suspects, list of this process's suspect, cancelled, lists.
-- ARGV: queue name, max jobs (at most 1000), TTL of the last key in s.
-- Returns {state, jobs, whether there are cancelled jobs (0|1)}: state 0; 1 = paused; 2 = only suspects wait, and not for this
-- process.
local max = tonumber(ARGV[2])
redis.call('SADD', KEYS[8], KEYS[2])
local held = redis.call('LRANGE', KEYS[2], 0, -1)
local paused = redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 1
local careful = redis.call('EXISTS', KEYS[5]) == 1
local keep = (paused or careful) and 0 or math.min(#held, max)
local over = #held - keep
if over > 0 then -- the head was claimed last: same order as before
    redis.call('SADD', KEYS[4], ARGV[1])
    redis.call('RPUSH', KEYS[1], unpack(held, 1, over))
    redis.call('LTRIM', KEYS[2], over, -1)
end

local cancelled = redis.call('EXISTS', KEYS[7])

local function is_suspect(payload)
    return payload and redis.call('ZSCORE', KEYS[5], redis.sha1hex(payload))
end

local function choose()
    local list = redis.call('GET', KEYS[6])
    local has_one = list and list ~= KEYS[2] and is_suspect(redis.call('LINDEX', list, 0))
    local waiting = redis.call('LRANGE', KEYS[1], -math.min(1000, max + redis.call('ZCARD', KEYS[5])), -1)
    local chosen = {}
    for i = #waiting, 1, -1 do
        local suspect = is_suspect(waiting[i])
        if suspect and not has_one then
            if #chosen == 0 then
                chosen[1] = waiting[i]
                redis.call('SET', KEYS[6], KEYS[2], 'EX', ARGV[3])
            end
            break
        elseif not suspect then
            chosen[#chosen + 1] = waiting[i]
        end
        if #chosen == max then
            break
        end
    end
    for _, payload in ipairs(chosen) do
        redis.call('LREM', KEYS[1], -1, payload)
    end
    if #chosen > 0 then
        redis.call('LPUSH', KEYS[2], unpack(chosen))
    end
    return { #chosen == 0 and #waiting > 0 and 2 or 0, chosen, cancelled }
end

if paused then
    return { 1, {}, cancelled }
elseif careful then
    return choose()
end
local jobs = {}
for i = #held, over + 1, -1 do
    jobs[#jobs + 1] = held[i]
end

-- Large jobs hold Redis up by their bytes: the first few tell how many more are worth a claim.
local first, worth = 16, 262144
local function pop(want)
    local popped = redis.call('RPOP', KEYS[1], math.min(want, first)) or {}
    if #popped == first and want > first then
        local bytes = 0
        for i = 1, first do
            bytes = bytes + #popped[i]
        end
        local rest = math.min(want, math.floor(worth * first / bytes)) - first
        local more = rest > 0 and redis.call('RPOP', KEYS[1], rest) or {}
        for i = 1, #more do
            popped[first + i] = more[i]
        end
    end
    return popped
end

local popped = #jobs < max and pop(max - #jobs) or {}
if #popped > 0 then
    redis.call('LPUSH', KEYS[2], unpack(popped))
    for i = 1, #popped do
        jobs[#jobs + 1] = popped[i]
    end
end
return { 0, jobs, cancelled }
