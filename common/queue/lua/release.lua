#!lua flags=allow-oom
-- Give a whole claim list back, to run next and in the old order.
-- KEYS: claim list, queue list, queues.  ARGV: queue name.  Returns how many.
local held = redis.call('LRANGE', KEYS[1], 0, -1)
if #held > 0 then
    redis.call('SADD', KEYS[3], ARGV[1])
    redis.call('RPUSH', KEYS[2], unpack(held))
    redis.call('DEL', KEYS[1])
end
return #held
