-- Ends a living session, one of this version if there is one named, and tells the feed.
-- Returns whether it did. What has ended never lives again, and its first reason stays.
local function finish(id, version, reason, at, memory)
  local key = 'ls:s:' .. id
  local found = redis.call('HMGET', key, 'version', 'ended', 'user', 'family')
  if not found[1] or found[2] or (version ~= '' and found[1] ~= version) then
    return false
  end
  redis.call('HSET', key, 'ended', reason, 'endedAt', at)
  redis.call('HINCRBY', key, 'version', 1)
  redis.call('PEXPIRE', key, memory)
  redis.call('PEXPIRE', 'ls:f:' .. found[4], memory)
  redis.call('ZREM', 'ls:u:' .. found[3], id)
  redis.call('ZREM', 'ls:due', id)
  redis.call('ZADD', 'ls:ended', at, id)
  local event = cjson.encode({ended = {session = id, reason = reason}})
  redis.call('XADD', 'ls:events', 'MAXLEN', '~', '100000', '*', 'e', event)
  return true
end
