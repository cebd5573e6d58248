#!lua flags=allow-oom
-- Living processes; members whose hash has expired are dropped, as Sidekiq does.  KEYS: processes.  ARGV: lease prefix.
-- Returns per process: identity, lease (0|1), info, busy, concurrency, rss, rtt_us, beat, quiet.
local result = {}
for _, identity in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    local row = redis.call('HMGET', identity, 'info', 'busy', 'concurrency', 'rss', 'rtt_us', 'beat', 'quiet')
    if row[1] then
        result[#result + 1] = identity
        result[#result + 1] = redis.call('EXISTS', ARGV[1] .. identity)
        for i = 1, 7 do
            result[#result + 1] = row[i] or ''
        end
    else
        redis.call('SREM', KEYS[1], identity)
    end
end
return result
