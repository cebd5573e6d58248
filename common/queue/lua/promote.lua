#!lua flags=allow-oom
-- Move entries from a sorted set to their queues, if their old bytes are still there; entries without a queue go to `dead`, or
-- stay there.
-- KEYS: set, dead, queues.  ARGV: per job: queue ("" = dead), score in dead ("" = now), old, new.  Returns how many were moved to a queue.
-- A key of a queue that is no list counts as none.
-- A page usually still is the head of the set: then it is compared at once and removed by rank, with one push per queue.  Whatever may
-- fail for a key of another kind comes before the first push, and removing comes last, so that an error loses nothing.
local set, count = KEYS[1], #ARGV / 4
local head = redis.call('ZRANGE', set, 0, count - 1)
local whole = #head == count
for i = 1, whole and count or 0 do
    if head[i] ~= ARGV[4 * i - 1] then
        whole = false
        break
    end
end
local lists, order, gone, moved = {}, {}, {}, 0
local function list_of(queue)
    local list = lists[queue]
    if list == nil then
        local kind = queue == '' and 'none' or redis.call('TYPE', 'queue:' .. queue).ok
        list = queue ~= '' and (kind == 'list' or kind == 'none') and {}
        lists[queue] = list
        if list then
            redis.call('SADD', KEYS[3], queue)
            order[#order + 1] = queue
        end
    end
    return list
end
-- A time of death for a job whose queue is no list; no two are equal.
local function died(i)
    local time = redis.call('TIME')
    return time[1] .. string.format('.%06d', (time[2] + i) % 1000000)
end
for i = 1, #ARGV, 4 do
    local old = ARGV[i + 2]
    if whole or redis.call('ZSCORE', set, old) then
        local list = list_of(ARGV[i])
        if list then
            list[#list + 1] = ARGV[i + 3]
        else
            redis.call('ZADD', KEYS[2], ARGV[i + 1] ~= '' and ARGV[i + 1] or died(i), old)
        end
        if list or set ~= KEYS[2] then
            gone[#gone + 1] = old
        end
    end
end
for _, queue in ipairs(order) do
    local list = lists[queue]
    for at = 1, #list, 1000 do
        redis.call('LPUSH', 'queue:' .. queue, unpack(list, at, math.min(at + 999, #list)))
    end
    moved = moved + #list
end
if whole and #gone == count then
    redis.call('ZREMRANGEBYRANK', set, 0, count - 1)
else
    for at = 1, #gone, 1000 do
        redis.call('ZREM', set, unpack(gone, at, math.min(at + 999, #gone)))
    end
end
return moved
