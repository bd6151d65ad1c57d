-- Keeps the numbers of a topic from going back.
local key = 'ls:seq:' .. ARGV[1]
local found = redis.call('GET', key)
if not found or tonumber(found) < tonumber(ARGV[2]) then
  redis.call('SET', key, ARGV[2])
end
return 1
