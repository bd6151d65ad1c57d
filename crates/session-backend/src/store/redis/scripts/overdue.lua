-- Lists living sessions whose time has passed; what is not there any more is not looked at again.
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'ls:due', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  if redis.call('EXISTS', 'ls:s:' .. id) == 1 then
    found[#found + 1] = id
  else
    redis.call('ZREM', 'ls:due', id)
  end
end
return found
