//! Two conventions in one program: functions of each call functions of each, back and forth.

#![cfg(all(target_arch = "x86_64", any(target_os = "linux", windows)))]

use std::ffi::c_void;
use std::sync::OnceLock;

use trampette::{Callback, CallbackFrame, TypedFunction, c_struct};
use trampette_fuzz::compiler::{self, Compiled};

const SOURCE: &str = include_str!("../fixtures/conventions.c");

const DEPTH: i64 = 200;

/// The C functions, the convention of each, and that of the callback that it takes.
const PAIRINGS: [(&str, &str, usize); 4] = [
    ("sysv_calls_sysv", "sysv64", 0),
    ("ms_calls_sysv", "win64", 0),
    ("sysv_calls_ms", "sysv64", 1),
    ("ms_calls_ms", "win64", 1),
];

/// The conventions of the callbacks, by the numbers above.
const CALLBACKS: [&str; 2] = ["sysv64", "win64"];

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Load {
    words: [i64; 3],
}

c_struct!(Load { words: [i64; 3] });

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Pair {
    x: f32,
    y: f32,
}

c_struct!(Pair { x: f32, y: f32 });

const LOAD: Load = Load {
    words: [10, -200, 3000],
};

const PAIR: Pair = Pair { x: 1.5, y: 4.0 };

type Dive = TypedFunction<(i64, f64, Load, Pair, i64, f32, *const c_void), Load>;

/// The functions of one build, and the callbacks that lead back to them.
struct World {
    functions: Vec<Dive>,
    callbacks: Vec<Callback>,
}

impl World {
    fn of(compiled: &Compiled) -> &'static Self {
        let world: &'static OnceLock<World> = Box::leak(Box::default());
        let functions = PAIRINGS.map(|(name, abi, _)| {
            let signature = format!(
                "{abi} (i64, f64, {{words: [i64; 3]}}, {{x: f32, y: f32}}, i64, f32, ptr) -> {{words: [i64; 3]}}"
            );
            let function = compiled.library.function(name, &signature.parse().unwrap());
            function.unwrap().typed().unwrap()
        });
        let callbacks = CALLBACKS.map(|abi| {
            let signature = format!(
                "{abi} (i64, {{words: [i64; 3]}}, {{x: f32, y: f32}}, f64, i64, i64, i64) -> {{words: [i64; 3]}}"
            );
            let answer = |call: &mut CallbackFrame<'_>| answer(world.get().unwrap(), call);
            Callback::new(&signature.parse().unwrap(), answer).unwrap()
        });
        world.get_or_init(|| World {
            functions: functions.into(),
            callbacks: callbacks.into(),
        })
    }

    /// Calls the C function whose turn it is at this depth.
    fn dive(&self, depth: i64) -> Load {
        let turn = usize::try_from(depth % 4).unwrap();
        let callback = self.callbacks[PAIRINGS[turn].2].as_ptr();
        // SAFETY: this is the function's signature, and the callback has the convention that it expects.
        unsafe { self.functions[turn].call((depth, 0.5, LOAD, PAIR, 5, 0.25, callback)) }
    }
}

/// What the callbacks do: they check all that they got, and dive deeper.
fn answer(world: &World, call: &mut CallbackFrame<'_>) {
    assert_eq!(call.argument::<Load>(1).unwrap(), LOAD);
    assert_eq!(call.argument::<Pair>(2).unwrap(), PAIR);
    assert_eq!(call.argument::<f64>(3).unwrap(), 0.5);
    for (index, expected) in [(4, 5), (5, 10), (6, 15)] {
        assert_eq!(call.argument::<i64>(index).unwrap(), expected);
    }
    let depth = call.argument(0).unwrap();
    call.set_result(world.dive(depth)).unwrap();
}

/// What comes back from the surface.
fn expected(depth: i64) -> Load {
    let levels = [depth * (depth + 1) / 2, 3 * (depth + 1), 11 * (depth + 1)];
    let mut words = LOAD.words.map(|word| word * depth);
    for (word, level) in words.iter_mut().zip(levels) {
        *word += level;
    }
    Load { words }
}

#[test]
fn hard_case_33_calls_and_callbacks_across_two_conventions_200_deep() {
    let dive = || {
        for compiled in compiler::compile("conventions", SOURCE) {
            let world = World::of(&compiled);
            for start in DEPTH - 4..DEPTH {
                assert_eq!(world.dive(start), expected(start), "{}", compiled.build);
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(16 << 20);
    thread.spawn(dive).unwrap().join().unwrap();
}
