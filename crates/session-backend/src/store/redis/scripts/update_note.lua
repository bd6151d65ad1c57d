-- Overwrites a note, which stays at its place. Returns 1, 2 if there is no room, or 0 if it is not
-- there. What gets shorter always has room.
local key = 'ls:n:' .. ARGV[1]
local found = redis.call('HGET', key, ARGV[2])
if not found then
  return 0
end
local note = string.match(found, '^%d+') .. ' ' .. ARGV[3]
local bytes = #note - #found
if bytes > 0 then
  for _, id in ipairs(redis.call('HKEYS', key)) do
    bytes = bytes + redis.call('HSTRLEN', key, id)
  end
  if bytes > tonumber(ARGV[4]) then
    return 2
  end
end
redis.call('HSET', key, ARGV[2], note)
return 1
