//! Trampette calls C functions whose signatures are known only at run time, through machine code that
//! it writes itself for each signature.
//!
//! ```
//! use trampette::{Library, Value};
//!
//! # #[cfg(target_os = "linux")] {
//! // SAFETY: loading the C library's own mathematics runs nothing that could do harm.
//! let libm = unsafe { Library::open("libm.so.6")? };
//! let pow = libm.bind("double pow(double base, double exponent)")?;
//!
//! // SAFETY: this is the signature of `pow`, which has no preconditions.
//! let power = unsafe { pow.call(&[Value::from(2.0), Value::from(10.0)])? };
//! assert_eq!(power.to_string(), "1024");
//! # }
//! # Ok::<(), trampette::Error>(())
//! ```
//!
//! A [`Library`] gives [`Function`]s, by a C declaration or a [`Signature`]; [`Function`] shows the four
//! ways to call them. `unsafe` marks exactly what cannot be checked: that the C function really has
//! that signature and keeps its promises. Everything else is checked before anything runs, and refused
//! with an [`Error`] that names the thing.
//!
//! # Platforms
//!
//! Calls work on x86_64 Linux today. On other targets the crate compiles, and binding a function gives
//! [`Error::AbiUnavailable`].
//!
//! # Features
//!
//! - `cdecl` (default): C declarations as text.
//! - `exports` (default): what a library file exports.

mod c_function;
mod c_struct;
mod callback;
mod dynamic;
mod errno;
mod error;
#[cfg(feature = "exports")]
mod exports;
mod fence;
mod frame;
mod function;
mod library;
mod loaded;
mod native;
mod open;
mod stub;
mod typed;
mod value;
mod variable;

pub use c_function::{CFunction, FunctionPointer};
pub use c_struct::CField;
pub use callback::{
    Callback, CallbackFrame, CallbackRef, Closure, Fault, Invoke, ScopedCallback, StringOwner,
};
pub use error::{Error, Position};
#[cfg(feature = "exports")]
pub use exports::{Export, ExportKind, exports_of_file};
pub use fence::fence;
pub use frame::{Frame, Slot};
pub use function::{Function, TypedFunction};
pub use library::Library;
pub use native::{ABI, MODEL};
pub use stub::{executable_memory, prepare};
pub use trampette_abi::FrameLayout;
#[cfg(feature = "cdecl")]
pub use trampette_cdecl as cdecl;
pub use trampette_exec::{ExecError, Report};
pub use trampette_types::{
    Abi, Array, CType, DataModel, Enum, Field, Int, Layout, LayoutKind, Leaf, Member, ParseError,
    ParseErrorKind, Pointee, Pointer, Record, Scalar, Signature, TypeError, limits,
};
pub use typed::{Argument, Arguments, CValue, Class, Returned, StubRef};
pub use value::{Aggregate, Value};
pub use variable::Variable;
