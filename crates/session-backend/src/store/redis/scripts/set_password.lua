-- Replaces a password hash that is still the one that was seen. Returns the account if it was.
local user, seen, password, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key = 'ls:user:' .. user
local found = redis.call('HMGET', key, 'password', 'passwordAt')
if found[1] ~= seen then
  return {}
end
redis.call('HSET', key, 'password', password, 'passwordAt', later(found[2], now))
tell(user)
return redis.call('HGETALL', key)
