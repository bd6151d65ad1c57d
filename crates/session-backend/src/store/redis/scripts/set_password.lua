-- Replaces a password hash. Returns 1 if there is such a user.
local key = 'ls:user:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then
  return 0
end
redis.call('HSET', key, 'password', ARGV[2])
return 1
