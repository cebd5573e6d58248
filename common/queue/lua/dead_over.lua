#!lua flags=allow-oom
-- The oldest of `dead` beyond its limits, and a note that there is an archive.
-- KEYS: dead, archive note.  ARGV: how many to keep, seconds to keep, most to return, TTL of the note in s.
-- Returns {how many are beyond, payload, score, ...}.
redis.call('SET', KEYS[2], '1', 'EX', ARGV[4])
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
local before = redis.call('TIME')[1] - tonumber(ARGV[2])
over = math.max(0, over, redis.call('ZCOUNT', KEYS[1], '-inf', before))
local result = { over }
if over > 0 then
    for _, word in ipairs(redis.call('ZRANGE', KEYS[1], 0, math.min(over, tonumber(ARGV[3])) - 1, 'WITHSCORES')) do
        result[#result + 1] = word
    end
end
return result
