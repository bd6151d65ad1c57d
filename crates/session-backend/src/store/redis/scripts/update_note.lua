-- Overwrites a note, which stays at its place. Returns 1 if it was there.
local key = 'ls:n:' .. ARGV[1]
local found = redis.call('HGET', key, ARGV[2])
if not found then
  return 0
end
redis.call('HSET', key, ARGV[2], string.match(found, '^%d+') .. ' ' .. ARGV[3])
return 1
