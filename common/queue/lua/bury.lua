#!lua flags=allow-oom
-- Move entries from a list or sorted set to `dead`, if their old bytes are still there.
-- KEYS: source, dead.  ARGV: statistic to count in ("" = none), then per job: score, old, new, and of a timetable's job:
-- busy marker, jid (see slot.lua).  Returns one 1 or 0 per job.
local is_list = redis.call('TYPE', KEYS[1]).ok == 'list'
local result, moved = {}, 0
for i = 2, #ARGV, 5 do
    local removed = is_list and redis.call('LREM', KEYS[1], -1, ARGV[i + 1]) or redis.call('ZREM', KEYS[1], ARGV[i + 1])
    if removed == 1 then
        redis.call('ZADD', KEYS[2], ARGV[i], ARGV[i + 2])
        local digest = redis.sha1hex(ARGV[i + 1])
        redis.call('DEL', 'dropship:recovered:' .. digest)
        redis.call('ZREM', 'dropship:suspects', digest)
        if ARGV[i + 3] ~= '' and redis.call('GET', ARGV[i + 3]) == ARGV[i + 4] then
            redis.call('DEL', ARGV[i + 3])
        end
        moved = moved + 1
    end
    result[#result + 1] = removed
end
if ARGV[1] ~= '' and moved > 0 then
    redis.call('INCRBY', ARGV[1], moved)
end
return result
