//! AArch64: its calling conventions, and the code that carries them out.
//!
//! - [`Aapcs64`] classifies for the procedure call standard, in the variants [`LINUX`](Aapcs64::LINUX),
//!   [`APPLE`](Aapcs64::APPLE) and [`WINDOWS`](Aapcs64::WINDOWS): constants, not code.
//! - [`AArch64`] turns the rows of any of them into code. It assembles on every host: what it emits is
//!   data.
//!
//! ```
//! use trampette_aarch64::{AArch64, Aapcs64};
//! use trampette_abi::{CallConv, FrameLayout, Isa, Report};
//! use trampette_types::{DataModel, Signature};
//!
//! let signature: Signature = "(i32, {f64, f64}) -> f64".parse()?;
//! let shape = signature.shape(&DataModel::LINUX_AARCH64)?;
//! let layout = Aapcs64::LINUX.call_layout(&shape)?;
//! println!("{}", Report { shape: &shape, layout: &layout, isa: &AArch64 });
//! let code = AArch64.call_stub(&layout, &FrameLayout::of(&shape))?;
//! assert!(code.len() < 64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod aapcs;
mod emit;
mod registers;

pub use aapcs::Aapcs64;
pub use emit::AArch64;
