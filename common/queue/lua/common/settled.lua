-- Scores of jobs that wait come as "+S" when they are due S seconds from now: the worker's clock may be wrong.
local function due(score)
    if string.sub(score, 1, 1) ~= '+' then
        return score
    end
    local time = redis.call('TIME')
    return string.format('%.6f', time[1] + time[2] / 1000000 + tonumber(string.sub(score, 2)))
end

-- Sidekiq's counters of all time and of the UTC day ARGV[2], which lives ARGV[3] seconds.
local function count_up(name, by)
    if by > 0 then
        redis.call('INCRBY', 'stat:' .. name, by)
        local day = 'stat:' .. name .. ':' .. ARGV[2]
        if redis.call('INCRBY', day, by) == by then
            redis.call('EXPIRE', day, ARGV[3])
        end
    end
end
