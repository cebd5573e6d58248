#!lua
-- Claim a timetable slot and push its job, at most once for all callers.  Not allow-oom: a full Redis takes no new job, and the
-- slot stays open.
-- KEYS: last slot, busy marker, queues, queue list.  ARGV: interval in ms, slot, marker TTL in s, jid, queue name, payload.
-- Returns {outcome, ms until the next slot}: 0 pushed, 1 claimed before or skipped, 2 the slot is over, ask again.
local time = redis.call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local interval = tonumber(ARGV[1])
local slot = math.floor(now_ms / interval)
local wait = (slot + 1) * interval - now_ms
if slot ~= tonumber(ARGV[2]) then
    return { 2, wait }
end
-- A slot further ahead than the next one was written by a wrong clock or another interval.
local last = tonumber(redis.call('GET', KEYS[1]) or '')
if last and last >= slot and last <= slot + 1 then
    return { 1, wait }
end
redis.call('SET', KEYS[1], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 1 then
    return { 1, wait } -- the last one still waits or runs: this slot is skipped
end
redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[3])
redis.call('SADD', KEYS[3], ARGV[5])
redis.call('LPUSH', KEYS[4], ARGV[6])
redis.call('HINCRBY', 'dropship:metrics:enqueued', ARGV[5], 1)
return { 0, wait }
