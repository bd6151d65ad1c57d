-- Returns a moment after another one, that of a call if the clocks allow it.
local function later(before, now)
  if before and tonumber(before) >= tonumber(now) then
    return string.format('%d', before + 1)
  end
  return now
end

-- Tells the feed that an account was written.
local function tell(user)
  local event = cjson.encode({account = {user = user}})
  redis.call('XADD', 'ls:events', 'MAXLEN', '~', '100000', '*', 'e', event)
end
