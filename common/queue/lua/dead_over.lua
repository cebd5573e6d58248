#!lua flags=allow-oom
-- The oldest of `dead` beyond its limits, and a note that there is an archive.
-- KEYS: dead, archive note.  ARGV: how many to keep, seconds to keep, most to return, TTL of the note in s.
-- Returns {how many are beyond, payload, score, ...}: fewer of large ones, which may be of 64 KB and more.
redis.call('SET', KEYS[2], '1', 'EX', ARGV[4])
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
local before = redis.call('TIME')[1] - tonumber(ARGV[2])
over = math.max(0, over, redis.call('ZCOUNT', KEYS[1], '-inf', before))
local result = { over }
local most, at, bytes, piece = math.min(over, tonumber(ARGV[3])), 0, 0, 10
while at < most and bytes < 262144 do
    for _, word in ipairs(redis.call('ZRANGE', KEYS[1], at, math.min(at + piece, most) - 1, 'WITHSCORES')) do
        result[#result + 1] = word
        bytes = bytes + #word
    end
    at = at + piece
end
return result
