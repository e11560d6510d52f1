//! What a host does with callbacks beyond calling them: fallbacks, strings, pointers back, retargeting,
//! leaking, and freeing while others call.

mod process;

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use trampette::{
    Aggregate, Callback, CallbackFrame, Error, Fault, Function, Library, StringOwner, Value,
    c_struct, fence,
};

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
struct Wide {
    words: [u64; 3],
}

c_struct!(Wide { words: [u64; 3] });

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Sums {
    floats: f64,
    integers: i64,
}

c_struct!(Sums {
    floats: f64,
    integers: i64
});

impl From<(f64, i64)> for Sums {
    fn from((floats, integers): (f64, i64)) -> Self {
        Self { floats, integers }
    }
}

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs something that panics in a callback, under a fence.
fn fenced<R>(run: impl FnOnce() -> R) -> (String, Option<R>) {
    let mut seen = None;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        fence(|| seen = Some(run()));
    }));
    let message = outcome.unwrap_err();
    let message = message.downcast_ref::<&str>().expect("a text").to_string();
    (message, seen)
}

#[test]
fn a_declared_fallback_is_what_c_gets_when_the_closure_panics() {
    let typed = Callback::from_fn(|| -> i32 { panic!("typed") }).unwrap();
    let call = as_c!(typed, extern "C" fn() -> i32);
    assert_eq!(fenced(|| call()), ("typed".into(), Some(0)));
    typed.set_fallback(&Value::from(-7)).unwrap();
    assert_eq!(fenced(|| call()), ("typed".into(), Some(-7)));
    typed.set_fallback(&Value::from(8)).unwrap();
    assert_eq!(fenced(|| call()), ("typed".into(), Some(8)));

    let dynamic = Callback::new(&"() -> f64".parse().unwrap(), |call| {
        call.set_result(1.0f64).unwrap();
        panic!("dynamic");
    });
    let dynamic = dynamic.unwrap();
    let call = as_c!(dynamic, extern "C" fn() -> f64);
    assert_eq!(fenced(|| call()), ("dynamic".into(), Some(0.0)));
    dynamic.set_fallback(&Value::from(2.5)).unwrap();
    assert_eq!(fenced(|| call()), ("dynamic".into(), Some(2.5)));

    let in_words = Callback::new(&"(i16) -> i64".parse().unwrap(), |call| {
        call.set_result(1i64).unwrap();
        panic!("in words");
    });
    let in_words = in_words.unwrap();
    let call = as_c!(in_words, extern "C" fn(i16) -> i64);
    assert_eq!(fenced(|| call(3)), ("in words".into(), Some(0)));
    in_words.set_fallback(&Value::from(i64::MIN)).unwrap();
    assert_eq!(fenced(|| call(3)), ("in words".into(), Some(i64::MIN)));

    let wide = |_: Wide| -> Wide { panic!("wide") };
    let scoped = Callback::scoped(&wide).unwrap();
    let ty = scoped.signature().result().clone();
    let numbers = Aggregate::of(
        &"[u64; 3]".parse().unwrap(),
        &[1u64.into(), 2u64.into(), 3u64.into()],
    );
    let value = Aggregate::of(&ty, &[numbers.unwrap().into()]).unwrap();
    scoped.set_fallback(&value.into()).unwrap();
    let call = as_c!(scoped, extern "C" fn(Wide) -> Wide);
    let expected = Wide { words: [1, 2, 3] };
    assert_eq!(fenced(|| call(expected)), ("wide".into(), Some(expected)));
}

#[test]
fn a_declared_fallback_is_what_c_gets_when_a_call_is_refused() {
    static POINTER: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
    let callback = Callback::from_fn_mut(move || {
        let pointer = POINTER.load(Ordering::Relaxed);
        // SAFETY: this is the callback's signature, and it lives.
        let again = unsafe { std::mem::transmute::<*mut c_void, extern "C" fn() -> i32>(pointer) };
        100 + again()
    });
    let callback = callback.unwrap();
    callback.set_fallback(&Value::from(-1)).unwrap();
    POINTER.store(callback.as_ptr().cast_mut(), Ordering::Relaxed);
    assert_eq!(as_c!(callback, extern "C" fn() -> i32)(), 99);
    assert_eq!(callback.take_fault(), Some(Fault::Reentered));

    let here = std::rc::Rc::new(7i32);
    let local = Callback::local(move || *here).unwrap();
    local.set_fallback(&Value::from(-2)).unwrap();
    let call = as_c!(local, extern "C" fn() -> i32);
    assert_eq!(
        (call(), thread::spawn(move || call()).join().unwrap()),
        (7, -2)
    );
}

#[test]
fn a_fallback_that_does_not_fit_is_refused_and_the_next_thunk_has_none() {
    let callback = Callback::from_fn(|| -> i8 { panic!("eight bits") }).unwrap();
    let error = callback.set_fallback(&Value::from(300)).unwrap_err();
    assert_eq!(error.to_string(), "300 does not fit the result, a `i8`");
    let error = callback.set_fallback(&Value::from(1.0)).unwrap_err();
    assert_eq!(error.code(), "value-type");
    callback.set_fallback(&Value::from(3)).unwrap();
    let pointer = callback.as_ptr();
    drop(callback);
    Callback::set_quarantine(0);
    let make = || Callback::from_fn(|| -> i8 { panic!("eight bits") }).unwrap();
    let same = (0..100_000)
        .map(|_| make())
        .find(|other| other.as_ptr() == pointer);
    Callback::set_quarantine(65_536);
    let same = same.expect("the pointer is used again");
    let call = as_c!(same, extern "C" fn() -> i8);
    assert_eq!(fenced(|| call()).1, Some(0));
}

#[test]
fn a_string_result_is_owned_as_it_says() {
    let signature = "(i32) -> str".parse().unwrap();
    let kept = Callback::from_values(&signature, |arguments| {
        let number = arguments[0].as_integer().unwrap();
        Value::try_from(format!("number {number}").as_str()).unwrap()
    });
    let kept = kept.unwrap();
    let call = as_c!(kept, extern "C" fn(i32) -> *const c_char);
    let (one, two, again) = (call(1), call(2), call(1));
    // SAFETY: the texts are kept as long as the callback lives.
    let text = |pointer| unsafe { CStr::from_ptr(pointer) }.to_str().unwrap();
    assert_eq!((text(one), text(two)), ("number 1", "number 2"));
    assert_eq!(one, again, "equal texts are kept once");

    let given = Callback::new(&signature, |call| {
        call.set_string(c"yours", StringOwner::Caller).unwrap();
    });
    let given = given.unwrap();
    let call = as_c!(given, extern "C" fn(i32) -> *const c_char);
    let (one, two) = (call(1), call(1));
    assert_ne!(one, two);
    drop(given);
    for pointer in [one, two] {
        assert_eq!(text(pointer), "yours");
        // SAFETY: the caller owns it.
        unsafe { libc::free(pointer.cast_mut().cast()) };
    }
}

#[test]
fn a_string_where_no_pointer_goes_is_refused() {
    let outcome = Arc::new(std::sync::Mutex::new(None));
    let noted = outcome.clone();
    let callback = Callback::new(&"() -> i32".parse().unwrap(), move |call| {
        let refused = call.set_string(c"text", StringOwner::Callback).unwrap_err();
        *noted.lock().unwrap() = Some(refused.code());
    });
    let callback = callback.unwrap();
    assert_eq!(as_c!(callback, extern "C" fn() -> i32)(), 0);
    assert_eq!(*outcome.lock().unwrap(), Some("value-type"));
}

#[test]
fn a_pointer_leads_back_to_its_callback_of_every_life_and_way() {
    let owned = Callback::from_fn(|a: i32| a).unwrap();
    let full = |a: i64, _: i64, _: i64, _: i64, _: i64, _: i64| a;
    let scoped = Callback::scoped(&full).unwrap();
    let signature = "(u8, {f64, i32}) -> void".parse().unwrap();
    let leaked = Callback::new(&signature, |_| {}).unwrap().leak();
    let pointers = [owned.as_ptr(), scoped.as_ptr(), leaked];
    let texts = [
        "(i32) -> i32",
        "(i64, i64, i64, i64, i64, i64) -> i64",
        "(u8, {f64, i32}) -> void",
    ];
    for (pointer, text) in pointers.into_iter().zip(texts) {
        let found = Callback::find(pointer).unwrap();
        assert_eq!(found.signature().to_string(), text);
        assert!(found.is_live() && found.as_ptr() == pointer);
        assert!(Callback::live().any(|callback| callback == found));
    }
    let kept = owned.to_ref();
    drop(owned);
    assert!(!kept.is_live());
    assert!(Callback::live().all(|callback| callback != kept));
    let error = Callback::find(pointers[0]).unwrap_err();
    assert!(matches!(&error, Error::FreedCallback { .. }));
    assert_eq!(error.to_string(), "the callback `(i32) -> i32` was freed");
}

#[test]
fn a_foreign_pointer_is_refused_with_its_address() {
    let callback = Callback::from_fn(|| ()).unwrap();
    let number = 5;
    let foreign: [*const c_void; 5] = [
        std::ptr::null(),
        (&raw const number).cast(),
        libc::getpid as *const c_void,
        callback.as_ptr().wrapping_byte_add(1),
        std::ptr::without_provenance(usize::MAX),
    ];
    for pointer in foreign {
        let error = Callback::find(pointer).unwrap_err();
        assert_eq!(error.code(), "not-a-callback");
        assert!(
            error
                .to_string()
                .contains(&format!("{:#x}", pointer.addr()))
        );
    }
}

#[test]
fn a_retargeted_pointer_runs_the_new_closure_and_frees_the_old_one() {
    let drops = Arc::new(AtomicUsize::new(0));
    let make = |number: i32| {
        let inside = Dropped(drops.clone());
        Callback::from_fn(move |a: i32| {
            let _ = &inside;
            a * number
        })
    };
    let callback = make(2).unwrap();
    let call = as_c!(callback, extern "C" fn(i32) -> i32);
    assert_eq!(call(10), 20);
    for number in 3..10 {
        callback.retarget(make(number).unwrap()).unwrap();
        assert_eq!(call(10), 10 * number);
        let freed = usize::try_from(number).unwrap() - 2;
        assert_eq!(drops.load(Ordering::Relaxed), freed);
    }
    drop(callback);
    assert_eq!(drops.load(Ordering::Relaxed), 8);
}

#[test]
fn a_closure_that_is_replaced_while_it_runs_lives_until_it_returns() {
    let drops = Arc::new(AtomicUsize::new(0));
    let inside = Dropped(drops.clone());
    let callback = Arc::new(std::sync::OnceLock::<Callback>::new());
    let own = callback.clone();
    let signature = "() -> i32".parse().unwrap();
    let first = Callback::new(&signature, move |call: &mut CallbackFrame<'_>| {
        let next = Callback::new(call.signature(), |call| call.set_result(2i32).unwrap());
        own.get().unwrap().retarget(next.unwrap()).unwrap();
        assert_eq!(
            inside.0.load(Ordering::Relaxed),
            0,
            "it is alive while it runs"
        );
        call.set_result(1i32).unwrap();
    });
    let call = as_c!(first.as_ref().unwrap(), extern "C" fn() -> i32);
    callback.set(first.unwrap()).unwrap();
    assert_eq!((call(), call()), (1, 2));
    // With nothing in flight, the next retargeting frees what waits.
    let third = Callback::new(&signature, |call| call.set_result(3i32).unwrap());
    callback.get().unwrap().retarget(third.unwrap()).unwrap();
    assert_eq!((call(), drops.load(Ordering::Relaxed)), (3, 1));
}

#[test]
fn retargeting_to_another_kind_or_to_one_that_runs_is_refused() {
    let callback = Callback::from_fn(|a: i32| a).unwrap();
    let other = Callback::from_fn(|a: i64| a).unwrap();
    let error = callback.retarget(other).unwrap_err();
    let expected = "the signature is `(i32) -> i32`, which `(i64) -> i64` does not match";
    assert_eq!(error.to_string(), expected);

    let (enter, entered) = mpsc::channel();
    let (leave, wait) = mpsc::channel::<()>();
    let (enter, wait) = (std::sync::Mutex::new(enter), std::sync::Mutex::new(wait));
    let busy = Callback::from_fn(move |a: i32| {
        enter.lock().unwrap().send(()).unwrap();
        wait.lock().unwrap().recv().unwrap();
        a + 1
    });
    let busy = busy.unwrap();
    let call = as_c!(busy, extern "C" fn(i32) -> i32);
    let caller = thread::spawn(move || call(1));
    entered.recv().unwrap();
    assert_eq!(callback.retarget(busy).unwrap_err().code(), "callback-busy");
    leave.send(()).unwrap();
    assert_eq!(caller.join().unwrap(), 2);
    assert_eq!(as_c!(callback, extern "C" fn(i32) -> i32)(5), 5);
}

#[test]
fn retargeting_is_seen_whole_by_threads_that_call() {
    let drops = Arc::new(AtomicUsize::new(0));
    let make = |number: u64| {
        let inside = Dropped(drops.clone());
        Callback::from_fn(move || {
            // Freed too early, this would be anything.
            let _ = &inside;
            number
        })
    };
    let callback = make(0).unwrap();
    let call = as_c!(callback, extern "C" fn() -> u64);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let now = call();
                    assert!((last..20_000).contains(&now), "{now} after {last}");
                    last = now;
                }
            });
        }
        for number in 1..20_000 {
            callback.retarget(make(number).unwrap()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    drop(callback);
    assert_eq!(drops.load(Ordering::Relaxed), 20_000);
}

#[test]
fn a_leaked_callback_keeps_the_pointer_that_was_told() {
    let callback = Callback::from_fn(|a: i32| a + 1).unwrap();
    callback.set_fallback(&Value::from(9)).unwrap();
    let told = callback.as_ptr();
    assert_eq!(callback.leak(), told);
    let untold = Callback::from_fn(|| -> i32 { panic!("leaked") }).unwrap();
    untold.set_fallback(&Value::from(9)).unwrap();
    let pointer = untold.leak();
    // SAFETY: this is the callback's signature.
    let call = unsafe { std::mem::transmute::<*const c_void, extern "C" fn() -> i32>(pointer) };
    assert_eq!(
        fenced(|| call()),
        ("leaked".into(), Some(9)),
        "the fallback came along"
    );
}

#[test]
fn a_parameter_that_names_a_signature_takes_callbacks_of_that_signature() {
    let qsort = Library::process()
        .bind("void qsort(void *, size_t, size_t, int (*)(const void *, const void *))")
        .unwrap();
    let mut numbers = [2i32, 1];
    let start = Value::Pointer(numbers.as_mut_ptr().cast());
    let wrong = Callback::from_fn(|_: i32, _: i32| 0i32).unwrap();
    let arguments = [start.clone(), 2u64.into(), 4u64.into(), Value::from(&wrong)];
    // SAFETY: the call is refused.
    let error = unsafe { qsort.call(&arguments) }.unwrap_err();
    let expected = "argument 3 is a `*(ptr, ptr) -> int`, not a `*(i32, i32) -> i32`";
    assert_eq!(error.to_string(), expected);
    let right = |a: *const i32, b: *const i32| {
        // SAFETY: `qsort` passes pointers to numbers.
        let (a, b) = (unsafe { *a }, unsafe { *b });
        a.cmp(&b) as i32
    };
    let right = Callback::scoped(&right).unwrap();
    let arguments = [start, 2u64.into(), 4u64.into(), Value::from(&right)];
    // SAFETY: this is `qsort`'s signature.
    unsafe { qsort.call(&arguments) }.unwrap();
    assert_eq!(numbers, [1, 2]);
}

#[test]
fn a_closure_of_other_types_than_the_signature_is_refused() {
    let signature = "(i32, f64) -> ptr".parse().unwrap();
    assert!(Callback::typed(&signature, |_: i32, _: f64| std::ptr::null::<u8>()).is_ok());
    let error = Callback::typed(&signature, |_: i32, _: f32| std::ptr::null::<u8>()).unwrap_err();
    assert!(matches!(&error, Error::SignatureMismatch { .. }), "{error}");
    let other = if cfg!(target_arch = "aarch64") {
        "win-arm64 (i32) -> i32"
    } else if cfg!(windows) {
        "sysv64 (i32) -> i32"
    } else {
        "win64 (i32) -> i32"
    };
    let other = other.parse().unwrap();
    let error = Callback::typed(&other, |a: i32| a).unwrap_err();
    assert_eq!(error.code(), "signature-mismatch");
}

/// No integer register is left for the context: a vector register takes it, and where there is none
/// either, an adapter gathers the arguments.
#[test]
fn typed_callbacks_with_all_integer_registers_taken_find_their_closure() {
    let base = 1000i32;
    macro_rules! check {
        ($($float:ident $value:expr),*) => {{
            let callback = Callback::from_fn(
                move |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, $($float: f64,)* last: i64| {
                    let integers = a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + last;
                    Sums::from((f64::from(base) $(+ $float)*, integers))
                },
            );
            let callback = callback.unwrap();
            type C = extern "C" fn(i64, i64, i64, i64, i64, i64, $(check!(@f64 $float),)* i64) -> Sums;
            let call = as_c!(callback, C);
            let expected = Sums { floats: 1000.0 $(+ $value)*, integers: 91 + 7 };
            assert_eq!(call(1, 2, 3, 4, 5, 6, $($value,)* 7), expected);
            let elsewhere = thread::spawn(move || call(1, 2, 3, 4, 5, 6, $($value,)* 7));
            assert_eq!(elsewhere.join().unwrap(), expected);
        }};
        (@f64 $float:ident) => { f64 };
    }
    check!();
    check!(g 1.0);
    check!(g 1.0, h 2.0, i 3.0, j 4.0, k 5.0, l 6.0, m 7.0);
    check!(g 1.0, h 2.0, i 3.0, j 4.0, k 5.0, l 6.0, m 7.0, n 8.0);
}

/// One thread drops what another calls: each call runs the closure whole, or ends the process with the
/// message. Nothing else may happen, so each round is a process of its own.
#[test]
fn hard_case_24_a_call_that_races_with_its_end_runs_or_ends_with_a_message() {
    const NAME: &str = "hard_case_24_a_call_that_races_with_its_end_runs_or_ends_with_a_message";
    if std::env::var_os("TRAMPETTE_RACE").is_some() {
        race();
        return;
    }
    let mut stale = 0;
    for _ in 0..20 {
        let output = process::this_program()
            .args(["--exact", NAME, "--nocapture"])
            .env("TRAMPETTE_RACE", "1")
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        let told = message.contains("a freed callback (u64) -> u64 was called: aborting");
        assert!(
            output.status.success() || told,
            "{}: {message}",
            output.status
        );
        stale += usize::from(told);
    }
    println!("{stale} of 20 ended with the message");
}

fn race() {
    let current = AtomicPtr::new(std::ptr::null_mut::<c_void>());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let pointer = current.load(Ordering::Acquire);
                    if !pointer.is_null() {
                        // SAFETY: this is the callback's signature, if it lives; if not, it says so.
                        let call = unsafe {
                            std::mem::transmute::<*mut c_void, extern "C" fn(u64) -> u64>(pointer)
                        };
                        assert_eq!(call(1), 43);
                    }
                }
            });
        }
        for round in 0..2_000 {
            let boxed = Box::new(42u64);
            let callback = Callback::from_fn(move |a: u64| a + *boxed).unwrap();
            current.store(callback.as_ptr().cast_mut(), Ordering::Release);
            if round % 7 == 0 {
                thread::yield_now();
            }
            // Callers that load the pointer from here on find another, or none.
            current.store(std::ptr::null_mut(), Ordering::Release);
            drop(callback);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_panic_in_what_a_freed_closure_owns_does_not_cross_c() {
    struct Fragile;
    impl Drop for Fragile {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    static HOLDER: std::sync::Mutex<Option<Callback>> = std::sync::Mutex::new(None);
    let fragile = Fragile;
    let callback = Callback::from_fn(move || {
        let _ = &fragile;
        drop(HOLDER.lock().unwrap().take());
        5i32
    });
    let callback = callback.unwrap();
    let call = as_c!(callback, extern "C" fn() -> i32);
    *HOLDER.lock().unwrap() = Some(callback);
    assert_eq!(fenced(|| call()), ("dropped".into(), Some(5)));
}

#[test]
fn functions_made_of_callbacks_call_through_every_way() {
    let callback = Callback::from_fn(|a: i32, b: f64| f64::from(a) + b).unwrap();
    let function = Function::from_pointer(callback.as_ptr(), callback.signature()).unwrap();
    // SAFETY: the callback has this signature.
    let sum = unsafe { function.call(&[2.into(), 0.5.into()]) }.unwrap();
    assert_eq!(sum, Value::F64(2.5));
}
