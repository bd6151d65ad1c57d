-- Forgets sessions that ended before a moment, some at a time. Returns how many.
local ids = redis.call('ZRANGEBYSCORE', 'ls:ended', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  local family = redis.call('HGET', 'ls:s:' .. id, 'family')
  if family then
    redis.call('DEL', 'ls:f:' .. family)
  end
  redis.call('DEL', 'ls:s:' .. id)
  redis.call('ZREM', 'ls:ended', id)
end
return #ids
