-- How long LuaJIT's ffi.cdef takes for the text of sqlite3.h in a file: the least of some rounds, in seconds.
-- Nothing can be defined twice, so the names of each round are others, of the same lengths.
local ffi = require("ffi")

local ROUNDS = 20 -- LuaJIT has room for 65,536 types and names, some thirty rounds.

local file = assert(io.open(arg[1]))
local text = file:read("*a")
file:close()

local least = math.huge
for round = 10, 9 + ROUNDS do
  local renamed = text:gsub("sqlite3", "sqlit" .. round):gsub("([Ff])ts5", "%1t" .. round)
  local start = os.clock()
  ffi.cdef(renamed)
  least = math.min(least, os.clock() - start)
end
print(least)
