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
//! # Headers
//!
//! [`Declarations`] reads whole headers, one after the other, as a preprocessor leaves them, and keeps what they
//! declare under its names: functions, variables, types and constants, each with its place. Sizes, alignments and
//! offsets are asked for in C's own words, and errors come several at a time, as compilers print them.
//! [`Declarations::header`] runs the preprocessor of this machine's C compiler.
//!
//! ```
//! use trampette_cdecl::{Declarations, Options};
//! use trampette_types::DataModel;
//!
//! let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
//! declarations.parse_file("zlib.h", "
//!     typedef struct z_stream_s { const unsigned char *next_in; unsigned avail_in; } z_stream;
//!     extern int inflate(z_stream *stream, int flush) __attribute__((nonnull));
//! ")?;
//! let inflate = declarations.function("inflate")?;
//! assert_eq!(inflate.signature.to_string(), "(*{next_in: *uchar, avail_in: uint}, int) -> int");
//! assert_eq!(declarations.offset_of("z_stream", "avail_in")?, 8);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is understood
//!
//! C11, with the extensions of GCC, Clang and Microsoft that headers use.
//!
//! - Functions, variables, typedefs, structs, unions and enums, inline, nested, with and without tags;
//!   arrays, function pointers, and everything that C's declarators build from them. Arrays and
//!   functions as parameters are the pointers that C makes of them. Bodies are skipped, as are `asm`
//!   statements; `asm("name")` behind a declarator is kept as its [symbol](Prototype::symbol). Initialisers are
//!   skipped too, but where they say how long an array is: `int primes[] = { 2, 3, [9] = 29 };`.
//! - A text may hold several declarations, so that what a prototype needs can stand before it:
//!   `typedef struct { double x, y; } point; double norm(point);`.
//! - Constant expressions, with the types and widths that C gives them: casts, `sizeof`, `_Alignof`, `offsetof`
//!   in both ways of writing it, `a ? b : c`, enumerators, characters, `_Generic` where types
//!   alone decide and no qualifiers, which are not kept. Floating-point numbers are rounded as the platform's types
//!   are, `long double` as well. `typeof` of types and expressions;
//!   `_Static_assert`, which must hold.
//! - An undefined `struct tag` is fine behind a pointer, which then points to something unknown
//!   ([`CType::POINTER`]); so is a pointer to the struct that it stands in.
//! - `char *`, plain char only, is [`CType::String`], unless
//!   [`CharPointers::Pointers`] is asked for.
//! - `int f()` has no prototype, unless [`Language::C23`] is said: its signature is
//!   [unprototyped](trampette_types::Signature::unprototyped).
//! - Definitions in Kernighan and Ritchie's way, `int f(a, b) float a; char *b; { ... }`, have the signature of the
//!   prototype that goes with them, in which parameters have the types that arguments are promoted to: `(f64, str) ->
//!   int`. A prototype that stands before one outweighs it.
//! - The standard headers' names whose type is the same wherever they exist: `size_t`, `ssize_t`,
//!   `ptrdiff_t`, `intptr_t`, `uintptr_t`, `wchar_t`, `int8_t` to `uint64_t`, `intmax_t`, `uintmax_t`,
//!   `char16_t`, `char32_t`, `sig_atomic_t`, `time_t`, `uid_t`, `gid_t`, `bool`; `FILE` and `DIR`
//!   behind pointers. Others vary (`off_t`, `pid_t`, `mode_t`, `socklen_t`, `int_fast16_t`,
//!   `int_least16_t` ...) and are unknown until the text itself says `typedef long off_t;`.
//! - `_Float32`, `_Float64`, `_Float32x`, `_Float64x`, `_Float128`, `__float80`, `__fp16`, Microsoft's `__int8` to
//!   `__int64`, `_Atomic` scalars. `_Decimal64` and its like, and `_BitInt`, are names: pointers to them are
//!   pointers, and values are refused.
//! - Bit-fields of every integer type, `enum` and `_Bool`, with names, without, and of no width; flexible
//!   arrays, `char data[]`, at the end of a struct.
//! - SIMD vectors: the attributes `vector_size` and `ext_vector_type`, and the names of `<immintrin.h>` and
//!   `<arm_neon.h>` for vectors of numbers, such as `__m128` and `float32x4_t`. The attribute `mode`.
//! - What changes a layout: the attributes `packed` and `aligned` on structs, unions and their members,
//!   `aligned` on typedefs, `packed` on enums, `_Alignas`, `__declspec(align(n))`, and `#pragma pack` on lines of
//!   its own between declarations. Where compilers disagree about one, or [`Record`](trampette_types::Record)
//!   cannot express it, it is refused, such as `packed` on some members beside bit-fields. A random test
//!   compares all of it with gcc, Clang and mingw.
//! - C23's attributes in brackets: `[[gnu::packed]]` and its like, each where it belongs; C's own, such as
//!   `[[nodiscard]]`, change nothing, and others are ignored, as compilers do.
//! - Calling conventions: the attributes `ms_abi` and `sysv_abi`. `__cdecl`, `__stdcall`, `__fastcall`
//!   and `__thiscall` mean nothing on 64-bit platforms and are skipped, as are attributes that change
//!   no call (`noreturn`, `format(...)`, `nonnull` ...).
//! - Names beyond ASCII, of the characters that Unicode has for identifiers. Escapes in names, `caf\u00e9`, are
//!   understood where a preprocessor has read them.
//! - What preprocessors leave: line markers, `#define` and `#undef` (`gcc -E -dD`), other pragmas.
//!
//! # What is not
//!
//! Attributes that nobody here knows, for they may change a layout; block pointers, complex
//! integers, `_Imaginary`, `__auto_type`, pointers of 32 bits, `__vectorcall`. They are recognised, and refused as
//! [`ErrorKind::Unsupported`]; by [`Declarations`] an attribute only for what it stands on.
//!
//! # Limits
//!
//! The texts of [`Declarations`] have at most [`MAX_HEADER`] bytes, others at most
//! [`MAX_TEXT`](trampette_types::limits::MAX_TEXT); all nest at most
//! [`MAX_DEPTH`](trampette_types::limits::MAX_DEPTH) levels. Whatever stands in them, they are parsed
//! or refused in bounded time, without a panic. In a header, a pointer to a struct of very many parts may say no
//! more than that it is a pointer; so may one to a function that takes or returns a struct which is defined only
//! behind it.
//!
//! [`CType::POINTER`]: trampette_types::CType::POINTER
//! [`CType::String`]: trampette_types::CType::String

#![forbid(unsafe_code)]

mod ast;
mod declaration;
mod declarations;
mod entry;
mod error;
mod header;
mod lexer;
mod lower;
mod names;
mod options;
mod parser;
mod print;
mod real;
mod render;
mod span;
mod standard;
mod text;
mod universal;
mod value;
mod words;

pub use declaration::{Declaration, NamedType, Prototype, TypeDefinition, Variable};
pub use declarations::{
    Constant, ConstantValue, Declarations, Diagnostic, Diagnostics, Entry, Location, LookupError,
    MAX_HEADER,
};
pub use entry::{
    parse_declarations, parse_named_type, parse_prototype, parse_type, parse_variable,
};
pub use error::{Error, ErrorKind};
pub use header::{Header, HeaderError};
pub use options::{CharPointers, Language, Options};
pub use print::Printer;
pub use render::Renderer;
