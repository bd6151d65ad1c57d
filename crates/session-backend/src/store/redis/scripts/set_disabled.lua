-- Disables or enables an account. Returns whose it is.
local id = redis.call('GET', 'ls:a:' .. ARGV[1])
if not id then
  return false
end
local key = 'ls:user:' .. id
if ARGV[2] == '' then
  redis.call('HDEL', key, 'disabledAt')
else
  redis.call('HSET', key, 'disabledAt', ARGV[2])
end
return redis.call('HMGET', key, 'id', 'email', 'name')
