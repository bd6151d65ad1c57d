-- Notes what a server counts. Returns the sums over the servers that did so in time.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = string.format('%d', now + ARGV[2])
for i = 3, #ARGV do
  own = own .. ' ' .. ARGV[i]
end
redis.call('HSET', 'ls:sums', ARGV[1], own)
local sums = {}
for i = 3, #ARGV do
  sums[i - 2] = 0
end
local all = redis.call('HGETALL', 'ls:sums')
for i = 1, #all, 2 do
  local field, counts = 0, true
  for number in string.gmatch(all[i + 1], '%d+') do
    if field == 0 then
      counts = tonumber(number) > now
    elseif counts and sums[field] then
      sums[field] = sums[field] + number
    end
    field = field + 1
  end
  if not counts then
    redis.call('HDEL', 'ls:sums', all[i])
  end
end
return sums
