-- Adds a note; the number before it is its place among those of one second. Returns 1, or 2 if
-- there is no room.
local key = 'ls:n:' .. ARGV[1]
local ids = redis.call('HKEYS', key)
local bytes = #ARGV[3]
for _, id in ipairs(ids) do
  bytes = bytes + redis.call('HSTRLEN', key, id)
end
if #ids >= tonumber(ARGV[4]) or bytes > tonumber(ARGV[5]) then
  return 2
end
redis.call('HSET', key, ARGV[2], redis.call('INCR', 'ls:notes') .. ' ' .. ARGV[3])
return 1
