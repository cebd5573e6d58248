#!lua flags=allow-oom
-- End jobs that wait or are kept: each is taken out, if its very bytes are still there, and what it holds is released (unique.h).
-- KEYS: list or set, dead.
-- ARGV: where to search ('set'; 'head' or 'tail' of a list), 'dead' or 'gone', then per job: payload, score in dead, lock, its jid.
-- Returns one 1 or 0 per job.
local result = {}
for i = 3, #ARGV, 4 do
    local payload = ARGV[i]
    local removed
    if ARGV[1] == 'set' then
        removed = redis.call('ZREM', KEYS[1], payload)
    else
        removed = redis.call('LREM', KEYS[1], ARGV[1] == 'head' and 1 or -1, payload)
    end
    if removed == 1 then
        if ARGV[2] == 'dead' then
            redis.call('ZADD', KEYS[2], ARGV[i + 1], payload)
        end
        local digest = redis.sha1hex(payload)
        redis.call('DEL', 'dropship:recovered:' .. digest)
        redis.call('ZREM', 'dropship:suspects', digest)
        if ARGV[i + 2] ~= '' and redis.call('GET', ARGV[i + 2]) == ARGV[i + 3] then
            redis.call('DEL', ARGV[i + 2])
        end
    end
    result[#result + 1] = removed
end
return result
