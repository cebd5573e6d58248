#!lua flags=allow-oom
-- Look after the canary, a job in the claim list of a process that never lived: take it out of its queue when recovery has put
-- it there, and plant the next one when it is time and the last one is not out any more.
-- KEYS: canary, claim list, queue list, queues, lists.  ARGV: ms from one to the next, payload, queue name.
-- Returns {ms since it was planted, ms until it came back (-1 = it did not yet)}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local planted = tonumber(redis.call('HGET', KEYS[1], 'planted') or '')
if redis.call('DEL', KEYS[3]) == 1 then
    redis.call('SREM', KEYS[4], ARGV[3])
    if planted then
        redis.call('HSET', KEYS[1], 'back', now - planted)
    end
end
local due = not planted or now < planted or now - planted >= tonumber(ARGV[1])
if due and redis.call('EXISTS', KEYS[2]) == 0 then
    planted = now
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'planted', string.format('%.0f', now))
    redis.call('LPUSH', KEYS[2], ARGV[2])
    redis.call('SADD', KEYS[5], KEYS[2])
end
return { now - (planted or now), tonumber(redis.call('HGET', KEYS[1], 'back') or -1) }
