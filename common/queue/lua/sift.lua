#!lua flags=allow-oom
-- Turn a waiting list on by what was seen of its tail: the jobs to end are taken out, the others go to the head, one behind the
-- other as before.  Stops at the first job that was not seen (given back meanwhile); jobs that were seen and are not there any
-- more (claimed meanwhile) are passed over.
-- KEYS: list, dead.
-- ARGV: 'dead' or 'gone', then per seen job, tail first: 'end' or 'pass', payload, score in dead, lock, its jid (the last three
-- only mean something with 'end').
-- Returns {jobs handled, jobs ended, seen jobs behind the one it stopped at}.
local width = 5
local at, same = {}, {} -- place in ARGV by payload; the next place with the same bytes
for i = #ARGV - width + 1, 2, -width do
    same[i] = at[ARGV[i + 1]]
    at[ARGV[i + 1]] = i
end
local tail = redis.call('LRANGE', KEYS[1], -(#ARGV - 1) / width, -1)
local handled, ended, behind, pass = 0, 0, 0, {}
for n = #tail, 1, -1 do
    local payload = tail[n]
    local i = at[payload]
    if not i then
        for _, seen in ipairs(redis.call('LRANGE', KEYS[1], -2 * (#ARGV - 1) / width, -1)) do
            behind = behind + (at[seen] and 1 or 0)
        end
        break
    end
    at[payload] = same[i]
    handled = handled + 1
    if ARGV[i] == 'end' then
        ended = ended + 1
        if ARGV[1] == 'dead' then
            redis.call('ZADD', KEYS[2], ARGV[i + 2], payload)
        end
        local digest = redis.sha1hex(payload)
        redis.call('DEL', 'dropship:recovered:' .. digest)
        redis.call('ZREM', 'dropship:suspects', digest)
        if ARGV[i + 3] ~= '' and redis.call('GET', ARGV[i + 3]) == ARGV[i + 4] then
            redis.call('DEL', ARGV[i + 3])
        end
    else
        pass[#pass + 1] = payload
    end
end
if handled > 0 then
    redis.call('RPOP', KEYS[1], handled)
end
if #pass > 0 then
    redis.call('LPUSH', KEYS[1], unpack(pass))
end
return { handled, ended, behind }
