-- Counts an attempt in all buckets, or none if one is full.
-- Returns how many milliseconds until it is not, or -1.
local now, wait = tonumber(ARGV[1]), -1
for i = 3, #ARGV, 3 do
  local key, most, window = 'ls:l:' .. ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local freeing = redis.call('ZCARD', key) - most
  if freeing >= 0 then
    local first = redis.call('ZRANGE', key, freeing, freeing, 'WITHSCORES')
    if first[2] then
      wait = math.max(wait, tonumber(first[2]) + window - now)
    end
  end
end
if wait >= 0 then
  return wait
end
for i = 3, #ARGV, 3 do
  local key = 'ls:l:' .. ARGV[i]
  redis.call('ZADD', key, now, ARGV[2])
  redis.call('PEXPIRE', key, ARGV[i + 2])
end
return -1
