// GNOME's JavaScript: signals, timers and files, through GObject introspection.
const {Gio, GLib, GObject} = imports.gi;

const Counter = GObject.registerClass({
    Signals: {counted: {param_types: [GObject.TYPE_INT, GObject.TYPE_DOUBLE, GObject.TYPE_STRING, GObject.TYPE_BOOLEAN]}},
}, class Counter extends GObject.Object {});

const counter = new Counter();
counter.connect('counted', (_, ...given) => print(`handler ${given.join(' ')}`));
for (let index = 0; index < 5; index++)
    counter.emit('counted', index, index / 2, `text ${index}`, index % 2 === 0);

const loop = GLib.MainLoop.new(null, false);
let ticks = 0;
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, () => {
    if (++ticks === 20)
        loop.quit();
    return ticks < 20;
});
loop.run();
print(`ticks ${ticks}`);

print(GLib.compute_checksum_for_string(GLib.ChecksumType.SHA256, 'text', -1));
print(GLib.markup_escape_text('<a & b>', -1));
const list = Gio.ListStore.new(Counter);
list.append(counter);
print(list.get_n_items(), list.find(counter).join(' '));
Gio.File.new_for_path('/etc/passwd').load_contents_async(null, (file, result) => {
    const [ok, content] = file.load_contents_finish(result);
    print(`read ${ok} ${content.length > 0}`);
    loop.quit();
});
loop.run();
