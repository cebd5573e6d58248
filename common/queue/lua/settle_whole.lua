#!lua flags=allow-oom
-- Settle all that a claim list still holds at once.  New jobs join a list at its head, so when there is the batch's newest one,
-- and there are as many jobs as the batch has unsettled ones, they are these.  If not (recovery was here, and perhaps a BLMOVE
-- whose client had gone), or while there are suspects to acquit, nothing is changed.
-- KEYS: claim list, suspects, queue list, queues, schedule, retry, dead, cancelled.
-- ARGV: queue name, UTC day, day TTL in s, jobs, how many count as processed, as failed, the newest job, then of each job that is not
-- simply done: kind (done, back, schedule, retry, dead), score, bytes to store, and of one that ends: marker, its value.
-- Returns 1 settled, 2 settled and there are cancelled jobs, 0 nothing changed.
if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[4]) or redis.call('LINDEX', KEYS[1], 0) ~= ARGV[7] or
    redis.call('EXISTS', KEYS[2]) == 1 then
    return 0
end
redis.call('DEL', KEYS[1])
-- include: common/settled.lua

local sets = { schedule = KEYS[5], retry = KEYS[6], dead = KEYS[7] }
-- Backwards, so that of several jobs given back the first one ends at the tail of its queue.
for i = #ARGV - 4, 8, -5 do
    local kind = ARGV[i]
    if sets[kind] then
        redis.call('ZADD', sets[kind], due(ARGV[i + 1]), ARGV[i + 2])
    elseif kind == 'back' then
        redis.call('SADD', KEYS[4], ARGV[1])
        redis.call('RPUSH', KEYS[3], ARGV[i + 2])
    end
    if ARGV[i + 3] ~= '' and redis.call('GET', ARGV[i + 3]) == ARGV[i + 4] then
        redis.call('DEL', ARGV[i + 3])
    end
end

count_up('processed', tonumber(ARGV[5]))
count_up('failed', tonumber(ARGV[6]))
return 1 + redis.call('EXISTS', KEYS[8])
