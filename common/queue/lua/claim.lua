#!lua flags=allow-oom
-- Move jobs from the tail of a queue into a claim list and return all that the list then holds, next to run first.
-- What the list holds before comes from BLMOVE, or from a call whose reply was lost; what of it is too much goes back.
-- A paused queue takes everything back.
-- KEYS: queue list, claim list, paused, queues.  ARGV: queue name, max jobs (at most 1000).  Returns {paused (0|1), jobs}.
local max = tonumber(ARGV[2])
local held = redis.call('LRANGE', KEYS[2], 0, -1)
local paused = redis.call('SISMEMBER', KEYS[3], ARGV[1])
local keep = paused == 1 and 0 or math.min(#held, max)
local over = #held - keep
if over > 0 then -- the head was claimed last: same order as before
    redis.call('SADD', KEYS[4], ARGV[1])
    redis.call('RPUSH', KEYS[1], unpack(held, 1, over))
    redis.call('LTRIM', KEYS[2], over, -1)
end
local jobs = {}
for i = #held, over + 1, -1 do
    jobs[#jobs + 1] = held[i]
end
if paused == 0 and #jobs < max then
    local more = redis.call('RPOP', KEYS[1], max - #jobs)
    if more then
        redis.call('LPUSH', KEYS[2], unpack(more))
        for i = 1, #more do
            jobs[#jobs + 1] = more[i]
        end
    end
end
return { paused, jobs }
