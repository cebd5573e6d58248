#!lua flags=allow-oom
-- Move jobs from the tail of a queue into a claim list and return all that the list then holds, next to run first.
-- What the list holds before comes from BLMOVE, or from a call whose reply was lost.
-- A paused queue takes everything back.
-- KEYS: queue list, claim list, paused.  ARGV: queue name, max jobs (at most 1000).  Returns {paused, jobs}.
local max = tonumber(ARGV[2])
local held = redis.call('LRANGE', KEYS[2], 0, -1)
if redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 1 then
    if #held > 0 then
        redis.call('RPUSH', KEYS[1], unpack(held))
        redis.call('DEL', KEYS[2])
    end
    return { 1, {} }
end
local jobs = {}
for i = #held, 1, -1 do
    jobs[#jobs + 1] = held[i]
end
if #jobs < max then
    local more = redis.call('RPOP', KEYS[1], max - #jobs)
    if more then
        redis.call('LPUSH', KEYS[2], unpack(more))
        for i = 1, #more do
            jobs[#jobs + 1] = more[i]
        end
    end
end
return { 0, jobs }
