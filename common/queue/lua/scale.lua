#!lua flags=allow-oom
-- Set or take back a wish for threads, and forget those for processes that have gone (the hash is as small as the pool).
-- KEYS: threads.  ARGV: lease prefix, identity ("" = all processes), queue, threads ("" = take back).
-- Returns 1; 0 when the process is not there.
local function gone(identity)
    return redis.call('EXISTS', ARGV[1] .. identity, identity) == 0
end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local identity = string.match(field, '^(.-) ')
    if identity and gone(identity) then
        redis.call('HDEL', KEYS[1], field)
    end
end
local field = ARGV[3]
if ARGV[2] ~= '' then
    if gone(ARGV[2]) then
        return 0
    end
    field = ARGV[2] .. ' ' .. ARGV[3]
end
if ARGV[4] == '' then
    redis.call('HDEL', KEYS[1], field)
else
    redis.call('HSET', KEYS[1], field, ARGV[4])
end
return 1
