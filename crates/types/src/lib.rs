//! C types, data models, layouts and signatures: the front of Trampette's pipeline.
//!
//! ```text
//! text ---> Signature ---> Shape ---> (call layout, code, pages, handle: the other crates)
//!           C types,       sizes, alignments,
//!           as written     offsets; no names
//! ```
//!
//! A [`Signature`] says what somebody wrote: `long`, `struct point`, `...`. A [`DataModel`] says what
//! those words mean on one platform: how wide `long` is, whether `char` is signed. Together they give
//! a [`Shape`], the canonical form: two functions of one shape are called by the same machine code.
//! The calling convention is a third, separate thing (an `ms_abi` function on Linux has an 8-byte
//! `long`), and not the business of this crate beyond its name, [`Abi`].
//!
//! ```
//! use trampette_types::{DataModel, Signature};
//!
//! let signature: Signature = "(long, {f64, i32}) -> ptr".parse()?;
//! assert_eq!(signature.to_string(), "(long, {f64, i32}) -> ptr");
//!
//! let linux = signature.shape(&DataModel::LINUX_X86_64)?;
//! assert_eq!(linux.to_string(), "(i64, {f64, i32}) -> ptr");
//! assert_eq!(linux.params()[1].size(), 16);
//!
//! let windows = signature.shape(&DataModel::WINDOWS_MSVC)?;
//! assert_eq!(windows.to_string(), "(i32, {f64, i32}) -> ptr");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! There is no global state here, no `cfg(target)` and no unsafe code: every platform's layout can be
//! computed on every host.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod ctype;
mod error;
mod float;
mod int;
mod layout;
pub mod limits;
mod model;
mod promotion;
mod record;
mod shape;
mod signature;
mod text;
mod va_list;
mod vector;

pub use ctype::{Array, CType, Enum, Pointee, Pointer};
pub use error::{BitFieldFault, TypeError};
pub use float::Float;
pub use int::Int;
pub use layout::{Bits, Layout, LayoutKind, Leaf, Member, Scalar};
pub use model::{BitFieldRule, DataModel, EnumRule, LongDouble, RecordRule, VaList};
pub use record::{Field, Record};
pub use shape::Shape;
pub use signature::{Abi, Signature};
pub use text::{ParseError, ParseErrorKind};
pub use vector::Vector;
