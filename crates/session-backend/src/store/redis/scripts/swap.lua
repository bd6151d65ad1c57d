-- Replaces the state of a living session of this version. Returns 1 if it was one.
local key = 'ls:s:' .. ARGV[1]
local found = redis.call('HMGET', key, 'version', 'ended')
if found[1] ~= ARGV[2] or found[2] then
  return 0
end
redis.call('HSET', key, 'state', ARGV[3])
redis.call('HINCRBY', key, 'version', 1)
redis.call('ZADD', 'ls:due', ARGV[4], ARGV[1])
return 1
