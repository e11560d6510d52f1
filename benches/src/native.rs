//! C callbacks that are part of the program, as a C host's would be: callbacks are called across the same
//! distance as closures are.

use std::ffi::c_void;

macro_rules! natives {
    ($($name:ident: $symbol:ident;)*) => {
        unsafe extern "C" {
            $(fn $symbol();)*
        }

        $(
            #[doc = concat!("The address of `", stringify!($symbol), "` in `native/callbacks.c`.")]
            #[must_use]
            pub fn $name() -> *const c_void {
                $symbol as *const c_void
            }
        )*
    };
}

natives! {
    nothing: native_nothing;
    add: native_add;
    eight: native_eight;
    twelve: native_twelve;
    turn: native_turn;
    compare: native_compare;
    rest: native_rest;
}
