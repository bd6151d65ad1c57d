-- Adds an account. Returns 1 if the address was free.
if redis.call('SETNX', 'ls:a:' .. ARGV[2], ARGV[1]) == 0 then
  return 0
end
local key = 'ls:user:' .. ARGV[1]
redis.call('HSET', key, 'id', ARGV[1], 'email', ARGV[2], 'name', ARGV[3], 'password', ARGV[4])
if ARGV[5] ~= '' then
  redis.call('HSET', key, 'disabledAt', ARGV[5])
end
return 1
