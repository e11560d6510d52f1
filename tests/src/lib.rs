//! C fixtures and suites of the Trampette FFI engine: the C compiler is the judge.
//!
//! [`trampette_fuzz`] writes the C functions, has them compiled, and compares what both sides see. [`matrix`]
//! lists signatures systematically, and [`proof`] fails where one of them differs.
//!
//! ```
//! use trampette_tests::proof;
//!
//! # #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
//! proof::prove("doc", ["(i8, {f64, i32}) -> {f32, f32}", "(ptr, ..., f64) -> void"]);
//! ```
//!
//! The suites under `tests/` name the line of the list of hard cases that they prove:
//!
//! | hard cases | suite | what is compared |
//! |---|---|---|
//! | 1-4, 6-9, 11, 15, 16, 19 | `matrix` | every byte, in every build, both ways |
//! | 5, 8 | `bounds` | memory that ends where values do |
//! | 7 | `narrow` | garbage above the width |
//! | 11, 40 | `variadic` | `vsnprintf`, `va_arg`, al |
//! | 11, 40 | `variadic_callbacks` | what stands behind `...`, read by closures that C calls |
//! | 11 | `va_lists` | lists that C passes on, and lists that C is given |
//! | 11 | `unprototyped` | calls without a prototype |
//! | 16, 17 | `state`, `callback_state` | registers and control words |
//! | 18 | `signals` | a storm of signals over calls, and over callbacks |
//! | 1-3, 9-11, 15, 16, 19 | `win64` | the matrix in the Microsoft x64 convention |
//! | 11, 16, 17 | `win64_state` | its registers, home space and doubles behind `...` |
//! | 1, 4-7, 9, 11, 12, 15, 16 | `apple_arm64` | the matrix in Apple's variant of AAPCS64, with Clang |
//! | 1, 4, 9, 11, 16 | `win_arm64` | the matrix in Windows' variant of AAPCS64, with Clang |
//! | 19 | `stack` | the guard page of a small stack |
//! | 20-23, 26, 28-30 | `memory` | the memory map, descriptors, forks, system calls |
//! | 20-23, 26, 28, 30 | `callback_memory` | the same for callbacks, by the hundred thousand |
//! | 33 | `recursion` | calls in calls, calls in callbacks in calls |
//! | 33 | `conventions` | the same across two conventions |
//! | 37 | `landing_pads` | the first bytes of every entry, on both architectures |
//! | 41 | `refusals` | error codes |
//!
//! The suite `headers` compares what [`headers`] reads of the machine's headers with what compilers say of them.
//!
//! `bounds`, `narrow`, `variadic`, `signals` and `stack` take both conventions of the instruction set along.
//!
//! They run on x86_64 and, by `ci/cross.sh aarch64`, on AArch64 under an emulator, where the judges are
//! GCC's cross compiler and Clang.
//!
//! `TRAMPETTE_CAMPAIGN=1` widens the matrix, and makes callbacks by the million. gcc and clang agree about
//! all of it but two things of `ms_abi`, which the suite `win64` and `record.h` of `trampette-fuzz` name: results
//! without bytes, and how large structs behind `...` are read. Microsoft's documentation decides, and gcc
//! where that is silent.

#![cfg(any(target_os = "linux", windows))]

#[cfg(target_arch = "aarch64")]
pub mod apple;
pub mod fence;
pub mod headers;
pub mod matrix;
pub mod process;
pub mod proof;
