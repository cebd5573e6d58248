#!lua flags=allow-oom
-- Clean exit of a process; the identity hash expires by itself.  Its claim lists are not known any more, unless one holds jobs.
-- KEYS: processes, work, workers, lease, lists.  ARGV: identity, its claim lists.
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
for i = 2, #ARGV do
    if redis.call('EXISTS', ARGV[i]) == 0 then
        redis.call('SREM', KEYS[5], ARGV[i])
    end
end
return 1
