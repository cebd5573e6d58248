#!lua flags=no-writes,allow-oom
-- What there is to know of queues.  KEYS: paused.  ARGV: queue names.  Returns length, paused (0|1), next payload ("" = none), ...
local result = {}
for _, name in ipairs(ARGV) do
    local key = 'queue:' .. name
    result[#result + 1] = redis.call('LLEN', key)
    result[#result + 1] = redis.call('SISMEMBER', KEYS[1], name)
    result[#result + 1] = redis.call('LINDEX', key, -1) or ''
end
return result
