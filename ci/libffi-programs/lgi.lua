-- Lua's lgi: signals, timers and files, through GObject introspection.
local lgi = require "lgi"
local Gio, GLib, GObject = lgi.Gio, lgi.GLib, lgi.GObject

local action = Gio.SimpleAction.new("act", GLib.VariantType.new("i"))
action.on_activate = function(_, given) print("activated", given.value) end
for index = 1, 5 do action:activate(GLib.Variant("i", index)) end

local loop, ticks = GLib.MainLoop(), 0
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, function()
  ticks = ticks + 1
  if ticks == 20 then loop:quit() end
  return ticks < 20
end)
loop:run()
print("ticks", ticks)
print(GLib.compute_checksum_for_string("SHA256", "text", -1))
print(GLib.markup_escape_text("<a & b>", -1), GLib.path_get_basename("/some/where/file"))
print(GLib.ascii_strtod("1.25"))
