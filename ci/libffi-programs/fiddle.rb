# Ruby's Fiddle: functions of the C library, closures as callbacks, variadic calls, numbers of every width.
require "fiddle"
require "fiddle/import"

libc = Fiddle.dlopen(nil)
int, double, pointer, size = Fiddle::TYPE_INT, Fiddle::TYPE_DOUBLE, Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T
find = ->(name, arguments, result) { Fiddle::Function.new(libc[name], arguments, result) }

puts find["strlen", [pointer], size].call("how long is this")
puts find["atof", [pointer], double].call("1.25")
puts find["labs", [Fiddle::TYPE_LONG], Fiddle::TYPE_LONG].call(-(2**40))
puts find["toupper", [int], int].call("x".ord).chr

compare = Fiddle::Closure::BlockCaller.new(int, [pointer, pointer]) do |a, b|
  a[0, 4].unpack1("l") <=> b[0, 4].unpack1("l")
end
numbers = Array.new(100) { |index| (index * 7919) % 1009 }
memory = Fiddle::Pointer[numbers.pack("l*")]
find["qsort", [pointer, size, size, pointer], Fiddle::TYPE_VOID].call(memory, numbers.size, 4, compare)
puts memory[0, 4 * numbers.size].unpack("l*").join(" ")
puts memory[0, 4 * numbers.size].unpack("l*") == numbers.sort

echoes = {
  Fiddle::TYPE_CHAR => -5, Fiddle::TYPE_SHORT => -500, int => -50_000, Fiddle::TYPE_LONG => -(2**50),
  Fiddle::TYPE_LONG_LONG => 2**60, Fiddle::TYPE_FLOAT => 0.5, double => -1.5e100,
  -Fiddle::TYPE_CHAR => 250, -Fiddle::TYPE_SHORT => 60_000, -int => 4_000_000_000,
}
echoes.each do |type, value|
  closure = Fiddle::Closure::BlockCaller.new(type, [type, double, type]) { |_first, _middle, last| last }
  puts "#{type}: #{Fiddle::Function.new(closure, [type, double, type], type).call(value, 2.0, value)}"
end

buffer = "\0" * 64
print = Fiddle::Function.new(libc["snprintf"], [pointer, size, pointer, Fiddle::TYPE_VARIADIC], int)
length = print.call(buffer, 64, "%d %s %.3f %ld", :int, 42, :const_string, "text", :double, 2.5, :long, -7)
puts buffer[0, length]

module Math2
  extend Fiddle::Importer
  dlload "libm.so.6"
  extern "double pow(double, double)"
  extern "double hypot(double, double)"
end
puts Math2.pow(2, 100), Math2.hypot(3, 4)

# A closure for each of a thousand, and all of them freed.
total = 0
1000.times do |index|
  closure = Fiddle::Closure::BlockCaller.new(int, [int]) { |given| given + index }
  total += Fiddle::Function.new(closure, [int], int).call(1)
end
GC.start
puts total
