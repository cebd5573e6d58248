#!lua flags=allow-oom
-- Write down the limits that enqueue looks at.  KEYS: memory flag, longest queue.
-- ARGV: memory (full, slack or free), what to say, TTL of the flag in ms, jobs a queue may hold.
-- slack: neither full nor free; a flag that is set stays.  Returns 1 when the flag is set now.
if ARGV[1] == 'full' or (ARGV[1] == 'slack' and redis.call('EXISTS', KEYS[1]) == 1) then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
    redis.call('DEL', KEYS[1])
end
redis.call('SET', KEYS[2], ARGV[4])
return redis.call('EXISTS', KEYS[1])
