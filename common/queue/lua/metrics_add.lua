#!lua flags=allow-oom
-- Add one report of a process to the pool's counters and to Sidekiq's metrics, once however often it is sent.
-- KEYS: serial of the process's last report, the counter hashes, then what Sidekiq reads: hashes and histograms, with a TTL.
-- ARGV: serial, TTL of its key in s, number of keys that live for ever, then the TTLs in s of the others, then per increment:
-- number of the key, field (a bit field's begins with #), by.  Returns 1, or 0 when this report had been added before.
local keep = tonumber(ARGV[3])
if tonumber(redis.call('GET', KEYS[1]) or 0) >= tonumber(ARGV[1]) then
    return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
local timed = #KEYS - keep
for i = 4 + timed, #ARGV, 3 do
    local key, field, by = KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
    if field:sub(1, 1) == '#' then
        redis.call('BITFIELD', key, 'OVERFLOW', 'SAT', 'INCRBY', 'u16', field, by)
    else
        redis.call('HINCRBY', key, field, by)
    end
end
for i = 1, timed do
    redis.call('EXPIRE', KEYS[keep + i], ARGV[3 + i])
end
return 1
