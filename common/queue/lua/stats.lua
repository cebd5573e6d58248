#!lua flags=no-writes,allow-oom
-- Totals.  KEYS: queues, schedule, retry, dead, processes.
-- Returns processed, failed, fenced, recovered, waiting, scheduled, retry, dead, processes, overdue ms.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local result = {}
for _, key in ipairs({ 'stat:processed', 'stat:failed', 'dropship:stat:fenced', 'dropship:stat:recovered' }) do
    result[#result + 1] = redis.call('GET', key) or '0'
end
local waiting = 0
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    waiting = waiting + redis.call('LLEN', 'queue:' .. name)
end
result[#result + 1] = waiting
local overdue = 0
for i = 2, 4 do
    result[#result + 1] = redis.call('ZCARD', KEYS[i])
    local first = i < 4 and redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]
    if first then
        overdue = math.max(overdue, now_ms - math.floor(tonumber(first) * 1000))
    end
end
result[#result + 1] = redis.call('SCARD', KEYS[5])
result[#result + 1] = string.format('%.0f', math.min(overdue, 9e15))
return result
