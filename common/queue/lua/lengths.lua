#!lua flags=no-writes,allow-oom
-- Lengths of lists.  KEYS: lists.
local result = {}
for i = 1, #KEYS do
    result[i] = redis.call('LLEN', KEYS[i])
end
return result
