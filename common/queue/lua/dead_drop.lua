#!lua flags=allow-oom
-- Take entries out of `dead` that an archive holds now.  KEYS: dead, counter.  ARGV: payloads.  Returns how many were there.
local dropped = 0
for _, payload in ipairs(ARGV) do
    dropped = dropped + redis.call('ZREM', KEYS[1], payload)
end
if dropped > 0 then
    redis.call('INCRBY', KEYS[2], dropped)
end
return dropped
