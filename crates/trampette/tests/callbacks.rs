//! Callbacks of every kind and life, called as C calls them: through their pointers.

mod process;
mod system;

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use system::LastErrors;
use trampette::{Aggregate, Callback, Fault, Function, Library, Value, c_struct, fence};

/// The callback's pointer as a C function of this type.
macro_rules! as_c {
    ($callback:expr, $ty:ty) => {{
        let pointer: *const c_void = $callback.as_ptr();
        // SAFETY: the test names the callback's own signature.
        unsafe { std::mem::transmute::<*const c_void, $ty>(pointer) }
    }};
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Mixed {
    number: f64,
    count: i32,
}

c_struct!(Mixed {
    number: f64,
    count: i32
});

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Large {
    words: [u64; 5],
}

c_struct!(Large { words: [u64; 5] });

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn every_arity_takes_its_arguments_in_order() {
    let none = Callback::from_fn(|| 7i64).unwrap();
    assert_eq!(as_c!(none, extern "C" fn() -> i64)(), 7);
    let digits = |all: &[i64]| all.iter().fold(0, |number, digit| 10 * number + digit);
    let six = move |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64| digits(&[a, b, c, d, e, f]);
    let six = Callback::from_fn(six).unwrap();
    let call = as_c!(six, extern "C" fn(i64, i64, i64, i64, i64, i64) -> i64);
    assert_eq!(call(1, 2, 3, 4, 5, 6), 123_456);
    let eight = move |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64| {
        digits(&[a, b, c, d, e, f, g, h])
    };
    let eight = Callback::from_fn(eight).unwrap();
    let call = as_c!(
        eight,
        extern "C" fn(i64, i64, i64, i64, i64, i64, i64, i64) -> i64
    );
    assert_eq!(call(1, 2, 3, 4, 5, 6, 7, 8), 12_345_678);
}

#[test]
fn structs_travel_both_ways_injected_and_through_adapters() {
    let mixed = Callback::from_fn(|value: Mixed, add: i32| Mixed {
        number: value.number * 2.0,
        count: value.count + add,
    });
    let mixed = mixed.unwrap();
    let call = as_c!(mixed, extern "C" fn(Mixed, i32) -> Mixed);
    let sent = Mixed {
        number: 1.5,
        count: 40,
    };
    assert_eq!(
        call(sent, 2),
        Mixed {
            number: 3.0,
            count: 42
        }
    );

    let large = Callback::from_fn(|value: Large| Large {
        words: value.words.map(|word| word + 1),
    });
    let large = large.unwrap();
    let call = as_c!(large, extern "C" fn(Large) -> Large);
    assert_eq!(
        call(Large {
            words: [1, 2, 3, 4, 5]
        })
        .words,
        [2, 3, 4, 5, 6]
    );

    // Seven integers leave no register for the context.
    let full = |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, value: Large| Large {
        words: [
            (a + b + c).cast_unsigned(),
            (d + e + f).cast_unsigned(),
            value.words[4],
            0,
            0,
        ],
    };
    let full = Callback::from_fn(full).unwrap();
    let call = as_c!(
        full,
        extern "C" fn(i64, i64, i64, i64, i64, i64, Large) -> Large
    );
    let result = call(
        1,
        2,
        3,
        4,
        5,
        6,
        Large {
            words: [0, 0, 0, 0, 9],
        },
    );
    assert_eq!(result.words, [6, 15, 9, 0, 0]);
}

#[test]
fn hard_case_07_narrow_results_are_extended() {
    let negative = Callback::from_fn(|| -1i8).unwrap();
    assert_eq!(as_c!(negative, extern "C" fn() -> i8)(), -1);
    let dynamic = Callback::new(&"(i8, u16) -> i8".parse().unwrap(), |call| {
        let (a, b) = (
            call.argument::<i8>(0).unwrap(),
            call.argument::<u16>(1).unwrap(),
        );
        assert_eq!((a, b), (-3, 65_535));
        call.set_result(-1i8).unwrap();
    });
    let dynamic = dynamic.unwrap();
    let wide = as_c!(dynamic, extern "C" fn(i32, u32) -> i32);
    let result = wide(0x7FFF_FFFD_u32.cast_signed(), 0xABCD_FFFF);
    if cfg!(all(target_arch = "x86_64", not(windows))) {
        // Read as C reads an int: clang's callers rely on 32 bits.
        assert_eq!(result, -1);
    } else {
        assert_eq!(
            result & 0xFF,
            0xFF,
            "who receives a narrow result extends it"
        );
    }
}

#[test]
fn dynamic_callbacks_see_values_and_give_them() {
    let signature = "({x: f64, y: [i16; 3]}, u8) -> {x: f64, y: [i16; 3]}"
        .parse()
        .unwrap();
    let callback = Callback::from_values(&signature, |arguments| {
        let mut point = arguments[0].as_aggregate().unwrap().clone();
        assert_eq!(arguments[1], Value::U8(200));
        point.set_field("x", &Value::from(2.5)).unwrap();
        point.into()
    });
    let callback = callback.unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &signature).unwrap();
    let ty = &signature.params()[0];
    let numbers = Aggregate::of(
        &"[i16; 3]".parse().unwrap(),
        &[1.into(), 2.into(), 3.into()],
    );
    let sent = Aggregate::of(ty, &[1.0.into(), numbers.unwrap().into()]).unwrap();
    // SAFETY: the callback has this signature.
    let result = unsafe { function.call(&[sent.into(), 200.into()]) }.unwrap();
    assert_eq!(result.to_string(), "{x: 2.5, y: [1, 2, 3]}");
}

#[test]
fn hard_case_24_a_callback_freed_by_itself_lives_until_it_returns() {
    static HOLDER: std::sync::Mutex<Option<Callback>> = std::sync::Mutex::new(None);
    let drops = Arc::new(AtomicUsize::new(0));
    let inside = Dropped(drops.clone());
    let callback = Callback::from_fn(move || {
        drop(HOLDER.lock().unwrap().take());
        assert_eq!(
            inside.0.load(Ordering::Relaxed),
            0,
            "the closure is alive while it runs"
        );
        5i32
    });
    let callback = callback.unwrap();
    let call = as_c!(callback, extern "C" fn() -> i32);
    *HOLDER.lock().unwrap() = Some(callback);
    assert_eq!(call(), 5);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn hard_case_24_a_callback_freed_by_another_thread_lives_until_its_calls_end() {
    let drops = Arc::new(AtomicUsize::new(0));
    let inside = Dropped(drops.clone());
    let (entered, leave) = (
        Arc::new(std::sync::Barrier::new(2)),
        Arc::new(std::sync::Barrier::new(2)),
    );
    let (enter, wait) = (entered.clone(), leave.clone());
    let callback = Callback::from_fn(move || {
        enter.wait();
        wait.wait();
        i32::from(inside.0.load(Ordering::Relaxed) == 0)
    });
    let callback = callback.unwrap();
    let call = as_c!(callback, extern "C" fn() -> i32);
    let caller = thread::spawn(move || call());
    entered.wait();
    drop(callback);
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    leave.wait();
    assert_eq!(caller.join().unwrap(), 1);
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn a_leaked_callback_stays() {
    let drops = Arc::new(AtomicUsize::new(0));
    let inside = Dropped(drops.clone());
    let pointer = Callback::from_fn(move |a: i32| {
        let _ = &inside;
        a + 1
    })
    .unwrap()
    .leak();
    // SAFETY: this is the callback's signature.
    let call = unsafe { std::mem::transmute::<*const c_void, extern "C" fn(i32) -> i32>(pointer) };
    assert_eq!(call(41), 42);
    assert_eq!(drops.load(Ordering::Relaxed), 0);
}

#[test]
fn a_closure_that_changes_refuses_re_entry() {
    static POINTER: AtomicUsize = AtomicUsize::new(0);
    let mut depth = 0;
    let callback = Callback::from_fn_mut(move || {
        depth += 1;
        let pointer = POINTER.load(Ordering::Relaxed) as *const c_void;
        // SAFETY: this is the callback's signature, and it lives.
        let again =
            unsafe { std::mem::transmute::<*const c_void, extern "C" fn() -> i32>(pointer) };
        10 * depth + again()
    });
    let callback = callback.unwrap();
    POINTER.store(callback.as_ptr() as usize, Ordering::Relaxed);
    let call = as_c!(callback, extern "C" fn() -> i32);
    assert_eq!(callback.take_fault(), None);
    assert_eq!((call(), call()), (10, 20));
    assert_eq!(callback.take_fault(), Some(Fault::Reentered));
    assert_eq!(callback.take_fault(), None);
}

#[test]
fn a_closure_bound_to_its_thread_refuses_others() {
    let here = std::rc::Rc::new(7i32);
    let callback = Callback::local(move || *here).unwrap();
    let call = as_c!(callback, extern "C" fn() -> i32);
    assert_eq!(call(), 7);
    assert_eq!(thread::spawn(move || call()).join().unwrap(), 0);
    assert_eq!(callback.take_fault(), Some(Fault::ForeignThread));
}

#[test]
fn hard_case_31_a_panic_goes_on_at_the_fence_and_not_through_c() {
    let callback = Callback::from_fn(|a: *const i32, _b: *const i32| -> i32 {
        // SAFETY: `qsort` passes pointers to numbers.
        panic!("no order for {}", unsafe { *a });
    });
    let callback = callback.unwrap();
    let qsort = Library::process()
        .bind("void qsort(void *, size_t, size_t, int (*)(const void *, const void *))")
        .unwrap();
    let mut numbers = [5, 5];
    let arguments = [
        Value::Pointer(numbers.as_mut_ptr().cast()),
        2u64.into(),
        4u64.into(),
        Value::from(&callback),
    ];
    // SAFETY: this is `qsort`'s signature.
    let checked = std::panic::catch_unwind(|| unsafe { qsort.call(&arguments) }.map(drop));
    assert_eq!(
        checked.unwrap_err().downcast_ref::<String>().unwrap(),
        "no order for 5"
    );

    let call = as_c!(callback, extern "C" fn(*const i32, *const i32) -> i32);
    let place = numbers.as_ptr();
    let fenced = std::panic::catch_unwind(|| fence(|| call(place, place)));
    assert_eq!(
        fenced.unwrap_err().downcast_ref::<String>().unwrap(),
        "no order for 5"
    );
    // Nothing is left over.
    assert_eq!(fence(|| 3), 3);
}

#[test]
fn hard_case_33_a_call_in_a_callback_in_a_call_10_000_deep() {
    fn descend(depth: i32) -> i32 {
        if depth == 0 {
            return 0;
        }
        let callback = Callback::scoped(&descend).unwrap();
        let function = Function::from_pointer(callback.as_ptr(), &"(i32) -> i32".parse().unwrap());
        let function = function.unwrap().typed::<(i32,), i32>().unwrap();
        // SAFETY: the callback has this signature.
        1 + unsafe { function.call((depth - 1,)) }
    }
    let deep = thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(|| descend(10_000));
    assert_eq!(deep.unwrap().join().unwrap(), 10_000);
}

#[test]
fn hard_case_34_errno_and_the_like_are_left_as_they_were() {
    let callback = Callback::from_fn(|| {
        LastErrors::spoil();
        assert_ne!(LastErrors::now(), LastErrors::ODD);
    });
    let callback = callback.unwrap();
    let call = as_c!(callback, extern "C" fn());
    LastErrors::ODD.set();
    call();
    assert_eq!(LastErrors::now(), LastErrors::ODD);
}

#[test]
fn hard_case_32_threads_that_rust_knows_nothing_of_may_call() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let start = Callback::from_fn(move |argument: *mut c_void| {
        counted.fetch_add(argument as usize, Ordering::Relaxed);
        argument
    });
    let start = start.unwrap();
    let routine = as_c!(start, extern "C" fn(*mut c_void) -> *mut c_void);
    let arguments = (1..=8).map(std::ptr::without_provenance_mut);
    // SAFETY: the routine takes any pointer, and lives until the threads have ended.
    unsafe { system::run_threads(routine, arguments) };
    assert_eq!(count.load(Ordering::Relaxed), 36);
}

/// A signature in a convention of another machine.
const ELSEWHERE: &str = if cfg!(target_arch = "aarch64") {
    "sysv64 (i32) -> i32"
} else {
    "aapcs64 (i32) -> i32"
};

#[test]
fn what_cannot_be_a_callback_is_refused() {
    let refused = |text: &str| Callback::new(&text.parse().unwrap(), |_| {}).unwrap_err();
    assert_eq!(
        refused("(str, ..., f32) -> int").code(),
        "unpromoted-argument"
    );
    assert_eq!(refused(ELSEWHERE).code(), "abi-unavailable");
    assert_eq!(
        refused("({[u8; 2000000]}) -> void").code(),
        "value-too-large"
    );
}

/// The process ends with a message that names the signature: watched from outside.
#[test]
fn hard_case_24_a_freed_callback_ends_the_process_with_its_signature() {
    let calls: [(&str, fn()); 4] = [
        ("(i32, f64) -> i32", || {
            let callback = Callback::from_fn(|a: i32, _b: f64| a).unwrap();
            let call = as_c!(callback, extern "C" fn(i32, f64) -> i32);
            drop(callback);
            call(1, 2.0);
        }),
        ("({u8, u8}) -> void", || {
            let callback = Callback::new(&"({u8, u8}) -> void".parse().unwrap(), |_| {}).unwrap();
            let call = as_c!(callback, extern "C" fn(u16));
            drop(callback);
            call(0);
        }),
        ("(f64) -> void", || {
            let callback = Callback::new(&"(f64) -> void".parse().unwrap(), |_| {}).unwrap();
            let call = as_c!(callback, extern "C" fn(f64));
            drop(callback);
            call(0.0);
        }),
        ("() -> void", || {
            let callback = Callback::from_fn(|| -> () { panic!("nobody listens") }).unwrap();
            as_c!(callback, extern "C" fn())();
        }),
    ];
    let run = std::env::var("TRAMPETTE_FREED_CALLBACK");
    if let Ok(index) = run {
        calls[index.parse::<usize>().unwrap()].1();
        unreachable!("the call does not return");
    }
    for (index, (signature, _)) in calls.iter().enumerate() {
        let output = process::this_program()
            .args([
                "--exact",
                "hard_case_24_a_freed_callback_ends_the_process_with_its_signature",
            ])
            .arg("--nocapture")
            .env("TRAMPETTE_FREED_CALLBACK", index.to_string())
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{message}");
        assert!(
            message.contains(signature) && message.contains("aborting"),
            "{message}"
        );
    }
}

#[test]
fn a_function_pointer_result_becomes_a_function() {
    let twice = Callback::from_fn(|a: i32| 2 * a).unwrap();
    let pointer = twice.as_ptr() as usize;
    let give = Callback::from_fn(move || pointer as *const c_void).unwrap();
    let signature = "() -> *(i32) -> i32".parse().unwrap();
    let give = Function::from_pointer(give.as_ptr(), &signature).unwrap();
    // SAFETY: the callback gives a pointer to a function of this signature.
    let value = unsafe { give.call(&[]) }.unwrap();
    let function = value.as_function().unwrap();
    assert_eq!(function.signature().to_string(), "(i32) -> i32");
    // SAFETY: as above.
    let result = unsafe { function.call(&[21.into()]) }.unwrap();
    assert_eq!(result, Value::I32(42));

    let none = Callback::from_fn(std::ptr::null::<c_void>).unwrap();
    let none = Function::from_pointer(none.as_ptr(), &signature).unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { none.call(&[]) }.unwrap(), Value::NULL);
}
