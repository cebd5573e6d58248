#!lua
-- Push new jobs: all of them, or none when Redis is full (no allow-oom).
-- KEYS: queues, schedule.  ARGV: queue, score ("" = now), payload, ... in run order.  Returns how many.
local known = {}
for i = 1, #ARGV, 3 do
    local queue, score, payload = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    if score == '' then
        if not known[queue] then
            redis.call('SADD', KEYS[1], queue)
            known[queue] = true
        end
        redis.call('LPUSH', 'queue:' .. queue, payload)
    else
        redis.call('ZADD', KEYS[2], score, payload)
    end
end
return #ARGV / 3
