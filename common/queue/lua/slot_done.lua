#!lua flags=allow-oom
-- Clear a busy marker if it is this job's.  KEYS: marker.  ARGV: jid.
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
    return 1
end
return 0
