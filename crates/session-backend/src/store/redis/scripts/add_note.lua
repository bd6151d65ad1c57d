-- Adds a note; the number before it is its place among those of one second.
redis.call('HSET', 'ls:n:' .. ARGV[1], ARGV[2], redis.call('INCR', 'ls:notes') .. ' ' .. ARGV[3])
return 1
