//! The C interface of libffi 3.4, and what 3.5 to 3.8 added, on the engine Trampette.
//!
//! Programs that are linked to libffi run on it unchanged: the structs of `ffi.h` have the same layout, the
//! functions the same names and the same meaning. What is behind them is another engine: a `ffi_cif` is
//! prepared by looking its types up, the machine code for a signature is made at its first call and shared by
//! all later ones, and closures are thunks over memory that is never writable and executable.
//!
//! | file | what C finds there |
//! |---|---|
//! | `ffi_type` | `ffi_type` and the objects `ffi_type_*` |
//! | `aggregate` | sizes and offsets of structs: `ffi_get_struct_offsets` |
//! | `prepare` | `ffi_cif`, `ffi_prep_cif`, `ffi_prep_cif_var` |
//! | `call` | `ffi_call`, `ffi_call_go` and call plans |
//! | `closure` | closures, and those of Go |
//! | `raw`, `java_raw` | arguments as words |
//! | `version` | `ffi_get_version` and what else 3.5 tells about itself |
//!
//! There is no Rust interface: [`trampette::Cif`] is that.

mod aggregate;
mod call;
mod closure;
mod convert;
mod ffi_type;
mod java_raw;
mod known;
mod prepare;
mod raw;
mod status;
mod version;
