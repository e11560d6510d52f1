# PyGObject: signals with arguments of many types, timers, files, and a class that implements an interface.
import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib, GObject


class Counter(GObject.Object):
    @GObject.Signal(arg_types=(int, float, str, bool, object))
    def counted(self, number, part, text, flag, thing):
        print("class handler", number, part, text, flag, thing)

    @GObject.Signal(return_type=bool, arg_types=(int,), flags=GObject.SignalFlags.RUN_LAST)
    def asked(self, number):
        return number > 3

    value = GObject.Property(type=int, default=1)


counter = Counter()
counter.connect("counted", lambda _, *arguments: print("handler", *arguments))
counter.connect("notify::value", lambda it, _: print("value is", it.value))
for index in range(5):
    counter.emit("counted", index, index / 2, f"text {index}", index % 2 == 0, [index])
    print("asked", counter.emit("asked", index))
    counter.value = index * 10

loop, ticks = GLib.MainLoop(), []


def tick():
    ticks.append(len(ticks))
    if len(ticks) == 20:
        loop.quit()
    return True


GLib.timeout_add(1, tick)
loop.run()
print("ticks", len(ticks))

print(GLib.markup_escape_text("<a & b>"), GLib.path_get_basename("/some/where/file"))
print(GLib.Variant("(sida{sv})", ("text", 7, 1.5, {"key": GLib.Variant("as", ["x", "y"])})))
print(GLib.Checksum.new(GLib.ChecksumType.SHA256) is not None)
print(GLib.compute_checksum_for_string(GLib.ChecksumType.SHA256, "text", -1))
store = Gio.ListStore.new(Counter)
for number in (3, 1, 2):
    item = Counter()
    item.value = number
    store.append(item)
store.sort(lambda a, b: a.value - b.value)
print([store.get_item(index).value for index in range(store.get_n_items())])


def read(file, result):
    ok, content, _ = file.load_contents_finish(result)
    print("read", ok, len(content) > 0)
    loop.quit()


Gio.File.new_for_path("/etc/passwd").load_contents_async(None, read)
loop.run()
