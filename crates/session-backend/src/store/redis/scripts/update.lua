-- Adds an update of a topic to the feed, with the next number.
local key = 'ls:seq:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then
  redis.call('SET', key, ARGV[2])
end
local seq = string.format('%d', redis.call('INCR', key))
redis.call('XADD', 'ls:events', 'MAXLEN', '~', '100000', '*', 'topic', ARGV[1], 'seq', seq, 'payload', ARGV[3])
return 1
