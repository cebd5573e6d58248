#!lua flags=no-writes,allow-oom
-- A page of the known claim lists, and which of them are wanted: 'held' = hold jobs; 'gone' = no lease begins with the word
-- and ends with their process; 'own' = their name begins with the word.
-- KEYS: lists.  ARGV: cursor, how many to look at, which, word.  Returns {next cursor, key, length, key, length, ...}.
local word, leased = ARGV[4], {}
local wanted = {
    held = function(_, length)
        return length > 0
    end,
    gone = function(key)
        local identity = string.match(key, '^dropship:claimed:([^:]*:[^:]*:[^:]*):')
        if identity and leased[identity] == nil then
            leased[identity] = redis.call('EXISTS', word .. identity) == 1
        end
        return identity and not leased[identity]
    end,
    own = function(key)
        return string.sub(key, 1, #word) == word
    end,
}
local page = redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local result = { page[1] }
for _, key in ipairs(page[2]) do
    local length = ARGV[3] ~= 'own' and redis.call('LLEN', key) or 0
    if wanted[ARGV[3]](key, length) then
        result[#result + 1] = key
        result[#result + 1] = length
    end
end
return result
