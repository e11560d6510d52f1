//! x86_64: its calling conventions, and the code that carries them out.
//!
//! - [`sysv`] classifies for System V AMD64, [`win64`] for Microsoft x64.
//! - [`X86_64`] turns the rows of any convention into code. It assembles on every host: what it emits
//!   is data.
//!
//! ```
//! use trampette_abi::{CallConv, FrameLayout, Isa, Report};
//! use trampette_types::{DataModel, Signature};
//! use trampette_x86_64::{SysV64, X86_64};
//!
//! let signature: Signature = "(i32, {f64, i32}) -> f64".parse()?;
//! let shape = signature.shape(&DataModel::LINUX_X86_64)?;
//! let layout = SysV64.call_layout(&shape)?;
//! println!("{}", Report { shape: &shape, layout: &layout, isa: &X86_64 });
//! let code = X86_64.call_stub(&layout, &FrameLayout::of(&shape))?;
//! assert!(code.len() < 64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod emit;
mod registers;
pub mod sysv;
pub mod win64;

pub use emit::X86_64;
pub use sysv::SysV64;
pub use win64::Win64;
