#!lua flags=allow-oom
-- Move entries from a sorted set to their queues, if their old bytes are still there; entries without a queue go to `dead`.
-- KEYS: set, dead, queues.  ARGV: per job: queue ("" = dead), score in dead, old, new.  Returns how many were moved to a queue.
local moved = 0
for i = 1, #ARGV, 4 do
    local queue, score, old, new = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    if redis.call('ZREM', KEYS[1], old) == 1 then
        if queue == '' then
            redis.call('ZADD', KEYS[2], score, new)
        else
            redis.call('SADD', KEYS[3], queue)
            redis.call('LPUSH', 'queue:' .. queue, new)
            moved = moved + 1
        end
    end
end
return moved
