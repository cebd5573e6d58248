#!lua flags=allow-oom
-- Claim lists that are empty and whose process has no lease are not known any more.
-- KEYS: lists.  ARGV: per list its key and the lease's.  Returns how many were forgotten.
local forgotten = 0
for i = 1, #ARGV, 2 do
    if redis.call('EXISTS', ARGV[i], ARGV[i + 1]) == 0 then
        forgotten = forgotten + redis.call('SREM', KEYS[1], ARGV[i])
    end
end
return forgotten
