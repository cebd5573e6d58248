#!lua flags=allow-oom
-- One step of the search for claim lists that are not known: a page of the keyspace; what is found is known from then on.  A search
-- begins when the last one began long enough ago, and is gone on with by whoever asks, where the last step ended.
-- KEYS: search, lists.  ARGV: ms from one search to the next, keys to look at, pattern of claim lists.
-- Returns {whether there is more to search now (0|1), lists found}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seen = redis.call('HMGET', KEYS[1], 'begun', 'cursor')
local begun, cursor = tonumber(seen[1] or ''), seen[2] or '0'
if cursor == '0' then
    if begun and begun <= now and now - begun < tonumber(ARGV[1]) then
        return { 0, 0 }
    end
    redis.call('HSET', KEYS[1], 'begun', string.format('%.0f', now))
end
local page = redis.call('SCAN', cursor, 'MATCH', ARGV[3], 'COUNT', ARGV[2], 'TYPE', 'list')
redis.call('HSET', KEYS[1], 'cursor', page[1])
local found = #page[2] > 0 and redis.call('SADD', KEYS[2], unpack(page[2])) or 0
if found > 0 then
    redis.call('HINCRBY', KEYS[1], 'found', found)
end
return { page[1] == '0' and 0 or 1, found }
