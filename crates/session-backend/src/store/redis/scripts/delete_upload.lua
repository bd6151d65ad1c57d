-- Deletes an upload. Returns 1 if it was there.
local key = 'ls:up:' .. ARGV[1]
for _, upload in ipairs(redis.call('LRANGE', key, 0, -1)) do
  if cjson.decode(upload).id == ARGV[2] then
    redis.call('LREM', key, 1, upload)
    redis.call('DEL', 'ls:upload:' .. ARGV[2])
    return 1
  end
end
return 0
