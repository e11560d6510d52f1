//! What may go to another thread, and what may not: pinned.

use trampette::{
    Aggregate, CFunction, CType, Error, Frame, Function, FunctionPointer, Library, Signature,
    TypedFunction, Value, Variable,
};

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}

#[test]
fn handles_and_errors_go_to_any_thread() {
    macro_rules! both {
        ($($ty:ty),*) => { $(is_send::<$ty>(); is_sync::<$ty>();)* };
    }
    both!(
        Library, Function, Frame, Variable, Error, Signature, CType, Aggregate
    );
    both!(TypedFunction<(i32, *const u8), *mut u8>);
    fn pointers<F: CFunction + Send + Sync>() {
        is_send::<FunctionPointer<F>>();
        is_sync::<FunctionPointer<F>>();
    }
    pointers::<unsafe extern "C" fn(i32) -> i32>();
}

/// Compiles when `T` lacks the trait: else two implementations apply and neither is chosen.
macro_rules! assert_lacks {
    ($ty:ty: $bound:ident) => {
        const _: fn() = || {
            trait Ambiguous<A> {
                fn some_item() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            struct Has;
            impl<T: ?Sized + $bound> Ambiguous<Has> for T {}
            let _ = <$ty as Ambiguous<_>>::some_item;
        };
    };
}

// A value may be a bare pointer, about which nothing is known.
assert_lacks!(Value: Send);
assert_lacks!(Value: Sync);
