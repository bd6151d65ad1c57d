-- Stores an upload. Returns 1, or 2 if there is no room.
local key = 'ls:up:' .. ARGV[1]
local uploads = redis.call('LRANGE', key, 0, -1)
local bytes = #ARGV[4]
for _, upload in ipairs(uploads) do
  bytes = bytes + cjson.decode(upload).size
end
if #uploads >= tonumber(ARGV[5]) or bytes > tonumber(ARGV[6]) then
  return 2
end
redis.call('SET', 'ls:upload:' .. ARGV[2], ARGV[4])
redis.call('LPUSH', key, ARGV[3])
return 1
