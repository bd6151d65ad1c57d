-- Adds an account. Returns 1 if the address was free.
local id, email, name, password, disabled_at, now = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if redis.call('SETNX', 'ls:a:' .. email, id) == 0 then
  return 0
end
local key = 'ls:user:' .. id
redis.call('HSET', key, 'id', id, 'email', email, 'name', name, 'password', password)
redis.call('HSET', key, 'passwordAt', now, 'statusAt', now)
if disabled_at ~= '' then
  redis.call('HSET', key, 'disabledAt', disabled_at)
end
tell(id)
return 1
