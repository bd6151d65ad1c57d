-- Disables or enables an account. Returns it, if there is one.
local email, since, now = ARGV[1], ARGV[2], ARGV[3]
local user = redis.call('GET', 'ls:a:' .. email)
if not user then
  return {}
end
local key = 'ls:user:' .. user
redis.call('HSET', key, 'statusAt', later(redis.call('HGET', key, 'statusAt'), now))
if since == '' then
  redis.call('HDEL', key, 'disabledAt')
else
  redis.call('HSET', key, 'disabledAt', since)
end
tell(user)
return redis.call('HGETALL', key)
