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
//! Hosts whose calls have libffi's shape, an array of pointers to arguments and a buffer for the result, prepare a
//! [`Cif`].
//!
//! # Platforms
//!
//! Calls and callbacks work on Linux, on x86_64 and AArch64, and on x86_64 Windows. For macOS and for
//! Windows on ARM the crate has all it needs and has not run there. On other targets it compiles, and
//! binding a function gives [`Error::AbiUnavailable`] or, without executable memory, [`Error::Exec`].
//!
//! A signature may name a calling convention that is not the platform's own, as [`Abi`] does, and [`ABIS`]
//! lists by name and number: on x86_64 Linux that is `win64`, which C declares with `ms_abi`, on x86_64
//! Windows `sysv64`; on AArch64
//! `apple-arm64` and `win-arm64`. Types are the platform's own all the same.
//!
//! ```
//! use trampette::{Callback, Function, Value};
//!
//! # #[cfg(all(target_arch = "x86_64", target_os = "linux"))] {
//! extern "win64" fn scale(number: i32, factor: f64) -> i32 {
//!     (f64::from(number) * factor) as i32
//! }
//!
//! let signature = "win64 (i32, f64) -> i32".parse()?;
//! let function = Function::from_pointer(scale as *const _, &signature)?;
//! // SAFETY: the address is that of a function of this signature.
//! assert_eq!(unsafe { function.call(&[Value::from(3), Value::from(1.5)])? }, Value::I32(4));
//!
//! let callback = Callback::new(&signature, |call| {
//!     let number = call.argument::<i32>(0).unwrap();
//!     call.set_result(-number).unwrap();
//! })?;
//! // SAFETY: this is the callback's signature.
//! let negate: extern "win64" fn(i32, f64) -> i32 = unsafe { std::mem::transmute(callback.as_ptr()) };
//! assert_eq!(negate(3, 1.5), -3);
//! # }
//! # Ok::<(), trampette::Error>(())
//! ```
//!
//! # Features
//!
//! - `cdecl` (default): C declarations as text.
//! - `exports` (default): what a library file exports.

mod abis;
#[cfg(feature = "cdecl")]
mod bound;
mod c_function;
mod c_struct;
mod callback;
mod cif;
mod dynamic;
mod errno;
mod error;
#[cfg(feature = "exports")]
mod exports;
mod fence;
mod field;
mod frame;
mod function;
mod library;
mod loaded;
#[cfg(windows)]
mod modules;
mod native;
mod open;
mod rare_numbers;
mod stub;
mod typed;
mod value;
mod var_args;
mod variable;
mod words;

pub use abis::{ABIS, AbiMap, NamedAbi, is_callable};
#[cfg(feature = "cdecl")]
pub use bound::Bound;
pub use c_function::{CFunction, FunctionPointer};
pub use c_struct::CField;
pub use callback::{
    Callback, CallbackFrame, CallbackRef, Closure, Fault, Invoke, ScopedCallback, StringOwner,
};
pub use cif::{BASIC_TYPES, BasicType, Cif, ContextThunk, Dispatch, TRAMPOLINE_WORD, trampoline};
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
    Abi, Array, CType, DataModel, Enum, Field, Float, Int, Layout, LayoutKind, Leaf, Member,
    ParseError, ParseErrorKind, Pointee, Pointer, Record, Scalar, Signature, TypeError, Vector,
    limits,
};
pub use typed::{Argument, Arguments, CValue, Class, Returned, StubRef};
pub use value::{Aggregate, F80, F128, ParseFloatError, Value};
pub use var_args::{RawVaList, VaList, VarArgs};
pub use variable::Variable;
pub use {half, num_complex};
