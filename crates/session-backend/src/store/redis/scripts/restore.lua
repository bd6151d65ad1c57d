-- Writes a session that was lost or has fallen back, if it still has the version that was read.
-- It is over if its account was disabled, or all sessions that began when it did. Returns 1 if it
-- had.
local id, seen, family, user, fixed, state = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local version, due, created, lifetime = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local memory, disabled, reason, at = ARGV[11], ARGV[12], ARGV[13], ARGV[14]
local key = 'ls:s:' .. id
local found = redis.call('HMGET', key, 'version', 'ended')
if (found[1] or '') ~= seen or found[2] then
  return 0
end
redis.call('HSET', key, 'user', user, 'family', family, 'fixed', fixed, 'state', state, 'version', version)
redis.call('PEXPIRE', key, lifetime)
redis.call('SET', 'ls:f:' .. family, id, 'PX', lifetime)
redis.call('ZADD', 'ls:u:' .. user, created, id)
redis.call('ZADD', 'ls:due', due, id)
if reason ~= '' then
  finish(id, version, reason, at, memory)
end
local disabled_at = redis.call('HGET', 'ls:user:' .. user, 'disabledAt')
if disabled_at then
  finish(id, version, disabled, disabled_at, memory)
end
for _, whose in ipairs({user, ''}) do
  local cut = redis.call('HMGET', 'ls:cut:' .. whose, 'at', 'spared', 'reason')
  if cut[1] and tonumber(created) <= tonumber(cut[1]) and cut[2] ~= id then
    finish(id, version, cut[3], cut[1], memory)
  end
end
return 1
