-- Writes an account that was lost or has fallen back, if it is still as it was read, and nobody else
-- has its address. Returns 1 unless it was written since.
local id, email, name, password, password_at = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local disabled_at, status_at, seen_password_at, seen_status_at = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local key = 'ls:user:' .. id
local found = redis.call('HMGET', key, 'passwordAt', 'statusAt')
if (found[1] or '') ~= seen_password_at or (found[2] or '') ~= seen_status_at then
  return 0
end
redis.call('SETNX', 'ls:a:' .. email, id)
if redis.call('GET', 'ls:a:' .. email) ~= id then
  return 1
end
redis.call('HSET', key, 'id', id, 'email', email, 'name', name, 'password', password)
redis.call('HDEL', key, 'disabledAt')
for field, at in pairs({passwordAt = password_at, disabledAt = disabled_at, statusAt = status_at}) do
  if at ~= '' then
    redis.call('HSET', key, field, at)
  end
end
tell(id)
return 1
