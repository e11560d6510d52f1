//! C declarations to types and signatures: the front of Trampette that reads C.
//!
//! ```text
//! text ---> tokens ---> syntax tree ---> CType, Signature
//!     lexer      parser           lower  (trampette-types)
//! ```
//!
//! Each stage is a module that knows only the one before it. The lexer copies nothing: a token is a
//! kind and a range of bytes. The syntax tree says what was written, in C's own shape (specifiers and
//! declarators); lowering says what it means, on the platform that [`Options`] name.
//!
//! ```
//! use trampette_cdecl::{Options, parse_prototype};
//! use trampette_types::DataModel;
//!
//! let options = Options::new(DataModel::LINUX_X86_64);
//! let pow = parse_prototype("double pow(double base, double exp);", &options)?;
//! assert_eq!(pow.name.as_deref(), Some("pow"));
//! assert_eq!(pow.signature.to_string(), "(f64, f64) -> f64");
//! assert_eq!(pow.parameter_names[1].as_deref(), Some("exp"));
//!
//! let error = parse_prototype("double pow(double base, duoble exp);", &options).unwrap_err();
//! assert_eq!(error.to_string(), "unknown type `duoble` at line 1, column 25");
//! # Ok::<(), trampette_cdecl::Error>(())
//! ```
//!
//! # What is understood
//!
//! - Functions, variables, typedefs, structs, unions and enums, inline, nested, with and without tags;
//!   arrays, function pointers, and everything that C's declarators build from them. Arrays and
//!   functions as parameters are the pointers that C makes of them.
//! - A text may hold several declarations, so that what a prototype needs can stand before it:
//!   `typedef struct { double x, y; } point; double norm(point);`.
//! - An undefined `struct tag` is fine behind a pointer, which then points to something unknown
//!   ([`CType::POINTER`]); so is a pointer to the struct that it stands in.
//! - `char *`, plain char only, is [`CType::String`], unless
//!   [`CharPointers::Pointers`] is asked for.
//! - The standard headers' names whose type is the same wherever they exist: `size_t`, `ssize_t`,
//!   `ptrdiff_t`, `intptr_t`, `uintptr_t`, `wchar_t`, `int8_t` to `uint64_t`, `intmax_t`, `uintmax_t`,
//!   `char16_t`, `char32_t`, `sig_atomic_t`, `time_t`, `uid_t`, `gid_t`, `bool`; `FILE` and `DIR`
//!   behind pointers. Others vary (`off_t`, `pid_t`, `mode_t`, `socklen_t`, `int_fast16_t`,
//!   `int_least16_t` ...) and are unknown until the text itself says `typedef long off_t;`.
//! - Bit-fields of every integer type, `enum` and `_Bool`, with names, without, and of no width; flexible
//!   arrays, `char data[]`, at the end of a struct.
//! - SIMD vectors: the attribute `vector_size`, and the names of `<immintrin.h>` and `<arm_neon.h>` for
//!   vectors of numbers, such as `__m128` and `float32x4_t`.
//! - What changes a layout: the attributes `packed` and `aligned` on structs, unions and their members,
//!   `packed` on enums, `_Alignas`, `__declspec(align(n))`, and `#pragma pack` on lines of its own between
//!   declarations. Where compilers disagree about one, or [`Record`](trampette_types::Record) cannot
//!   express it, it is refused: an alignment that belongs to a typedef, `packed` on some members beside
//!   bit-fields. A random test compares all of it with gcc, Clang and mingw.
//! - Calling conventions: the attributes `ms_abi` and `sysv_abi`. `__cdecl`, `__stdcall`, `__fastcall`
//!   and `__thiscall` mean nothing on 64-bit platforms and are skipped, as are attributes that change
//!   no call (`noreturn`, `format(...)`, `nonnull` ...).
//!
//! # What is not, yet
//!
//! Other attributes that change layout, constant expressions other than literals, initialisers,
//! function bodies and preprocessor directives are recognised, and refused as
//! [`ErrorKind::Unsupported`].
//!
//! # Limits
//!
//! Texts have at most [`MAX_TEXT`](trampette_types::limits::MAX_TEXT) bytes and nest at most
//! [`MAX_DEPTH`](trampette_types::limits::MAX_DEPTH) levels; whatever stands in them, they are parsed
//! or refused in bounded time, without a panic.
//!
//! [`CType::POINTER`]: trampette_types::CType::POINTER
//! [`CType::String`]: trampette_types::CType::String

#![forbid(unsafe_code)]

mod ast;
mod declaration;
mod entry;
mod error;
mod lexer;
mod lower;
mod options;
mod parser;
mod render;
mod span;
mod standard;
mod words;

pub use declaration::{Declaration, NamedType, Prototype, TypeDefinition, Variable};
pub use entry::{
    parse_declarations, parse_named_type, parse_prototype, parse_type, parse_variable,
};
pub use error::{Error, ErrorKind};
pub use options::{CharPointers, Options};
pub use render::Renderer;
