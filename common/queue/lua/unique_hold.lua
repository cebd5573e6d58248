#!lua flags=allow-oom
-- Keep a lock that is this job's, or free, for longer; never for less than it has.  KEYS: lock.  ARGV: jid, TTL in s.
-- Returns 1; 0 = another job has it.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
    return 0
end
if not holder then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
else
    redis.call('EXPIRE', KEYS[1], ARGV[2], 'GT')
end
return 1
