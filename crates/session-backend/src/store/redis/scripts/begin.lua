-- Adds a session whose account is there and not disabled, and ends those that it replaces.
-- Returns the ended ones, or nothing.
local id, family, user, fixed, state, version = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local due, created, lifetime, memory, reason = ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local account = redis.call('HMGET', 'ls:user:' .. user, 'email', 'disabledAt')
if not account[1] or account[2] then
  return false
end
local key = 'ls:s:' .. id
redis.call('HSET', key, 'user', user, 'family', family, 'fixed', fixed, 'state', state, 'version', version)
redis.call('PEXPIRE', key, lifetime)
redis.call('SET', 'ls:f:' .. family, id, 'PX', lifetime)
redis.call('ZADD', 'ls:u:' .. user, created, id)
redis.call('ZADD', 'ls:due', due, id)
local ended = {}
for i = 12, #ARGV do
  if finish(ARGV[i], '', reason, created, memory) then
    ended[#ended + 1] = ARGV[i]
  end
end
return ended
