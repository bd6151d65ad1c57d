-- Ends the living sessions of a user, or those that are named of everybody, besides one, if they
-- began no later than a moment; and notes it for sessions that a fail-over took back. Returns the
-- ended ones.
local user, spared, reason, at, memory = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local latest, event = ARGV[6], ARGV[7]
local key = 'ls:cut:' .. user
local noted = redis.call('HGET', key, 'at')
if not noted or tonumber(noted) < tonumber(at) then
  redis.call('HSET', key, 'at', at, 'spared', spared, 'reason', reason)
  redis.call('PEXPIRE', key, memory)
  redis.call('XADD', 'ls:events', 'MAXLEN', '~', '100000', '*', 'e', event)
end
local ids = {}
if user ~= '' then
  ids = redis.call('ZRANGE', 'ls:u:' .. user, 0, -1)
end
for i = 8, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
local function is_meant(id)
  local due = redis.call('ZSCORE', 'ls:due', id)
  if id == spared or not due or tonumber(due) <= tonumber(at) then
    return false
  end
  if latest == '' then
    return true
  end
  local owner = redis.call('HGET', 'ls:s:' .. id, 'user')
  local created = owner and redis.call('ZSCORE', 'ls:u:' .. owner, id)
  return created and tonumber(created) <= tonumber(latest)
end
local ended = {}
for _, id in ipairs(ids) do
  if is_meant(id) and finish(id, '', reason, at, memory) then
    ended[#ended + 1] = id
  end
end
return ended
