-- Ends a session. Returns 1 if it was this call that did.
if finish(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]) then
  return 1
end
return 0
