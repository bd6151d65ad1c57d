-- Finds an account by its address. Returns its fields, none if there is no such account.
local id = redis.call('GET', 'ls:a:' .. ARGV[1])
if not id then
  return {}
end
return redis.call('HGETALL', 'ls:user:' .. id)
