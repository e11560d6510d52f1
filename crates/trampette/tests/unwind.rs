//! Panics pass generated code, in both directions: call stubs with a frame, and the entry adapters of prepared
//! interfaces.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

use trampette::{ABI, CType, Cif, ContextThunk, Dispatch, Function, Int, Value, fence};

const INT: CType = CType::Int(Int::I64);

/// What this panics with.
fn message<R>(run: impl FnOnce() -> R) -> String {
    let outcome = catch_unwind(AssertUnwindSafe(run)).map(drop);
    let payload = outcome.expect_err("it panics");
    payload.downcast_ref::<String>().expect("a text").clone()
}

fn panic_with(number: i64) -> ! {
    std::panic::resume_unwind(Box::new(format!("number {number}")))
}

/// Something with more arguments than registers, which panics unless the last one is 0.
extern "C-unwind" fn far(
    a: i64,
    _: i64,
    _: i64,
    _: i64,
    _: i64,
    _: i64,
    _: i64,
    _: i64,
    i: i64,
) -> i64 {
    if i != 0 {
        panic_with(i);
    }
    a
}

extern "C-unwind" fn near(a: i64) -> i64 {
    panic_with(a)
}

#[test]
fn a_panic_of_what_is_called_passes_the_call() {
    let nine = (0..9).map(|_| "i64").collect::<Vec<_>>().join(", ");
    for (target, signature, count) in [
        (far as *const c_void, format!("({nine}) -> i64"), 9),
        (near as *const c_void, "(i64) -> i64".into(), 1),
    ] {
        let function = Function::from_pointer(target, &signature.parse().unwrap()).unwrap();
        let call = |last: i64| {
            let arguments: Vec<Value> = (0..count).map(|_| last.into()).collect();
            // SAFETY: this is the function's signature, and panics pass the call.
            message(|| unsafe { function.call(&arguments) }.unwrap())
        };
        for number in 1..100 {
            assert_eq!(call(number), format!("number {number}"), "{signature}");
        }
        // No fence is left open, or closed, by that.
        assert_eq!(fence(|| message(|| panic_with(5))), "number 5");
    }
}

#[test]
fn a_panic_of_what_is_called_passes_a_prepared_call() {
    let cif = Cif::new(ABI, &INT, &[INT; 9]).unwrap();
    let (number, mut result) = (7i64, 0u64);
    let arguments = [(&raw const number).cast_mut().cast(); 9];
    let call = || {
        // SAFETY: the function takes nine such numbers, and there is room for a word.
        unsafe {
            cif.call(
                far as *const c_void,
                (&raw mut result).cast(),
                arguments.as_ptr(),
            )
        }
    };
    assert_eq!(message(call), "number 7");
}

/// A context: the code that is entered with it, and a number.
#[repr(C)]
struct Context {
    code: NonNull<c_void>,
    number: i64,
}

impl Dispatch for Context {
    unsafe fn dispatch(context: *mut c_void, frame: *mut u8, _: *mut u8) {
        // SAFETY: this is the context.
        let context = unsafe { &*context.cast::<Self>() };
        // SAFETY: the frame begins with a number.
        let first = unsafe { frame.cast::<i64>().read() };
        panic_with(context.number + first)
    }
}

#[test]
fn a_panic_of_a_dispatcher_passes_the_adapter_and_the_call_around_it() {
    for count in [1, 9] {
        let cif = Cif::new(ABI, &INT, &vec![INT; count]).unwrap();
        let code = cif.entry::<Context>(false).unwrap();
        let context = Context { code, number: 40 };
        // SAFETY: the context outlives all calls, and begins with its code.
        let thunk = unsafe { ContextThunk::take(NonNull::from(&context).cast()) }.unwrap();
        let number = 2i64;
        let arguments = vec![(&raw const number).cast_mut().cast(); count];
        let call = || {
            // SAFETY: this is the interface of the function.
            unsafe { cif.call(thunk.as_ptr(), ptr::null_mut(), arguments.as_ptr()) }
        };
        for _ in 0..100 {
            assert_eq!(message(call), "number 42", "{count} arguments");
        }
        let _ = context.code;
    }
}
