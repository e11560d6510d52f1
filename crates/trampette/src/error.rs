use std::error::Error as StdError;
use std::fmt;

use trampette_abi::AbiError;
use trampette_exec::ExecError;
use trampette_types::{Abi, ParseError, TypeError};

/// Everything that Trampette refuses, by kind: each has a stable [`code`](Self::code) and fields that
/// name the thing, so that a host can word its own messages.
///
/// ```
/// use trampette::{Error, Library};
///
/// let error = Library::process().symbol("no_such_function").unwrap_err();
/// assert_eq!(error.code(), "symbol-not-found");
/// assert!(matches!(error, Error::SymbolNotFound { symbol, .. } if symbol == "no_such_function"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No file of this name where the loader looks.
    LibraryNotFound {
        /// The name or path, as given.
        library: String,
        /// The loader's own words.
        message: String,
    },
    /// The file exists and is no library.
    NotALibrary {
        /// The name or path, as given.
        library: String,
        /// The loader's own words.
        message: String,
    },
    /// The library is made for another machine.
    WrongArchitecture {
        /// The name or path, as given.
        library: String,
        /// What it is made for.
        found: String,
        /// What this process runs on.
        expected: &'static str,
        /// The loader's own words.
        message: String,
    },
    /// The library needs another one that cannot be loaded.
    MissingDependency {
        /// The name or path, as given.
        library: String,
        /// The library that it needs.
        dependency: String,
        /// The loader's own words.
        message: String,
    },
    /// The loader refuses the library for another reason.
    LoadFailed {
        /// The name or path, as given.
        library: String,
        /// The loader's own words.
        message: String,
    },
    /// The library has no such symbol.
    SymbolNotFound {
        /// The symbol.
        symbol: String,
        /// Where it was looked for: "library `libm.so.6`", "the process".
        library: String,
        /// The loader's own words.
        message: String,
    },
    /// The symbol exists, and its address is zero.
    NullSymbol {
        /// The symbol.
        symbol: String,
        /// Where it was looked for: "library `libm.so.6`", "the process".
        library: String,
    },
    /// A function pointer is null.
    NullFunction,
    /// A name or string with a NUL inside, which C would take for its end.
    NulInString {
        /// Where the NUL stands, in bytes.
        position: usize,
    },
    /// A compact text is no type or signature.
    Text(ParseError),
    /// A C text is no declaration.
    #[cfg(feature = "cdecl")]
    Declaration(trampette_cdecl::Error),
    /// A name is not declared as what it is asked for as.
    #[cfg(feature = "cdecl")]
    Lookup(trampette_cdecl::LookupError),
    /// The C text declares something else than what is needed.
    DeclarationKind {
        /// What is needed: "a function with a name".
        expected: &'static str,
    },
    /// A type or signature breaks a rule or a limit.
    Type(TypeError),
    /// A type that has no meaning where it stands in a prepared call interface.
    PreparedType {
        /// Where it stands.
        at: Position,
        /// What is wrong with it.
        error: TypeError,
    },
    /// A calling convention has no rule for a type.
    Abi(AbiError),
    /// This process cannot call functions of this convention.
    AbiUnavailable {
        /// The convention.
        abi: Abi,
    },
    /// This processor has no registers for vectors that large.
    NoSuchRegisters {
        /// What it would need: `avx512f`.
        feature: &'static str,
        /// How many bytes the vectors have.
        size: usize,
    },
    /// The signature says which arguments there are.
    NotVariadic {
        /// The signature.
        signature: String,
    },
    /// A list has no further argument.
    NoMoreArguments {
        /// How many it has.
        count: usize,
    },
    /// No callback of this process begins at this address.
    NotACallback {
        /// The address.
        address: usize,
    },
    /// The callback was freed.
    FreedCallback {
        /// The signature.
        signature: String,
    },
    /// A call of the callback is in flight.
    CallbackBusy {
        /// The signature.
        signature: String,
    },
    /// There is no executable memory to be had.
    Exec(ExecError),
    /// The heap has no memory for a call, or for making its code.
    Memory {
        /// How much was asked for.
        bytes: usize,
    },
    /// Too few or too many arguments.
    ArgumentCount {
        /// How many the signature has, `...` left out.
        expected: usize,
        /// How many were given.
        found: usize,
        /// Whether more than `expected` would do.
        variadic: bool,
    },
    /// A value has the wrong type.
    ValueType {
        /// What the value is for.
        at: Position,
        /// The type that belongs there.
        expected: String,
        /// The type that was given.
        found: String,
    },
    /// A number does not fit its type.
    ValueRange {
        /// What the value is for.
        at: Position,
        /// The number.
        value: String,
        /// The type that it does not fit.
        ty: String,
    },
    /// A struct or union has no field of this name.
    NoField {
        /// The name that was asked for.
        name: String,
        /// The type that was asked.
        ty: String,
    },
    /// An index past the last argument, field or element.
    IndexOutOfRange {
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A Rust type, tuple or function type does not match the signature.
    SignatureMismatch {
        /// The signature.
        signature: String,
        /// What the Rust side has.
        found: String,
    },
    /// The library cannot be read to list its exports.
    #[cfg(feature = "exports")]
    UnreadableLibrary {
        /// Its name or path.
        library: String,
        /// Why not.
        message: String,
    },
}

/// What a value is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
    /// The argument of this index, counted from zero.
    Argument(usize),
    /// The result.
    Result,
    /// The field or element of this name or index.
    Field(String),
    /// An exported variable.
    Variable,
}

impl Error {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LibraryNotFound { .. } => "library-not-found",
            Self::NotALibrary { .. } => "not-a-library",
            Self::WrongArchitecture { .. } => "wrong-architecture",
            Self::MissingDependency { .. } => "missing-dependency",
            Self::LoadFailed { .. } => "load-failed",
            Self::SymbolNotFound { .. } => "symbol-not-found",
            Self::NullSymbol { .. } => "null-symbol",
            Self::NullFunction => "null-function",
            Self::NulInString { .. } => "nul-in-string",
            Self::Text(error) => error.code(),
            #[cfg(feature = "cdecl")]
            Self::Declaration(error) => error.code(),
            #[cfg(feature = "cdecl")]
            Self::Lookup(error) => error.code(),
            Self::DeclarationKind { .. } => "declaration-kind",
            Self::Type(error) | Self::PreparedType { error, .. } => error.code(),
            Self::Abi(error) => error.code(),
            Self::AbiUnavailable { .. } => "abi-unavailable",
            Self::NoSuchRegisters { .. } => "no-such-registers",
            Self::NotVariadic { .. } => "not-variadic",
            Self::NoMoreArguments { .. } => "no-more-arguments",
            Self::NotACallback { .. } => "not-a-callback",
            Self::FreedCallback { .. } => "freed-callback",
            Self::CallbackBusy { .. } => "callback-busy",
            Self::Exec(_) => "executable-memory",
            Self::Memory { .. } => "memory",
            Self::ArgumentCount { .. } => "argument-count",
            Self::ValueType { .. } => "value-type",
            Self::ValueRange { .. } => "value-range",
            Self::NoField { .. } => "no-field",
            Self::IndexOutOfRange { .. } => "index-out-of-range",
            Self::SignatureMismatch { .. } => "signature-mismatch",
            #[cfg(feature = "exports")]
            Self::UnreadableLibrary { .. } => "unreadable-library",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LibraryNotFound { library, message } => {
                write!(f, "library `{library}` is not found: {message}")
            }
            Self::NotALibrary { library, message } => {
                write!(f, "`{library}` is not a library: {message}")
            }
            Self::WrongArchitecture {
                library,
                found,
                expected,
                message,
            } => {
                write!(
                    f,
                    "library `{library}` is made for {found}, and this is {expected}: {message}"
                )
            }
            Self::MissingDependency {
                library,
                dependency,
                message,
            } => {
                write!(
                    f,
                    "library `{library}` needs `{dependency}`, which cannot be loaded: {message}"
                )
            }
            Self::LoadFailed { library, message } => {
                write!(f, "library `{library}` cannot be loaded: {message}")
            }
            Self::SymbolNotFound {
                symbol,
                library,
                message,
            } => {
                write!(f, "{library} has no symbol `{symbol}`: {message}")
            }
            Self::NullSymbol { symbol, library } => {
                write!(f, "the symbol `{symbol}` of {library} has the address zero")
            }
            Self::NullFunction => f.write_str("the function pointer is null"),
            Self::NulInString { position } => {
                write!(
                    f,
                    "a NUL at byte {position} of a string, which C would take for its end"
                )
            }
            Self::Text(error) => error.fmt(f),
            #[cfg(feature = "cdecl")]
            Self::Declaration(error) => error.fmt(f),
            #[cfg(feature = "cdecl")]
            Self::Lookup(error) => error.fmt(f),
            Self::DeclarationKind { expected } => write!(f, "the text does not declare {expected}"),
            Self::Type(error) => error.fmt(f),
            Self::PreparedType { at, error } => write!(f, "{at}: {error}"),
            Self::Abi(error) => error.fmt(f),
            Self::AbiUnavailable { abi } => {
                write!(
                    f,
                    "this process cannot call functions of the convention {}",
                    abi.name()
                )
            }
            Self::NoSuchRegisters { feature, size } => write!(
                f,
                "vectors of {size} bytes travel in registers that this processor lacks: it has no {feature}"
            ),
            Self::NotVariadic { signature } => {
                write!(
                    f,
                    "`{signature}` leaves no arguments open, as `...` at its end does"
                )
            }
            Self::NoMoreArguments { count: 1 } => {
                f.write_str("the list has one argument, which was read")
            }
            Self::NoMoreArguments { count } => {
                write!(f, "the list has {count} arguments, which were read")
            }
            Self::NotACallback { address } => {
                write!(f, "no callback begins at the address {address:#x}")
            }
            Self::FreedCallback { signature } => {
                write!(f, "the callback `{signature}` was freed")
            }
            Self::CallbackBusy { signature } => {
                write!(f, "a call of the callback `{signature}` is in flight")
            }
            Self::Exec(error) => error.fmt(f),
            Self::Memory { bytes } => write!(f, "no memory for {bytes} bytes"),
            Self::ArgumentCount {
                expected,
                found,
                variadic,
            } => {
                let at_least = if *variadic { "at least " } else { "" };
                let plural = if *expected == 1 { "" } else { "s" };
                write!(
                    f,
                    "the function takes {at_least}{expected} argument{plural}, not {found}"
                )
            }
            Self::ValueType {
                at,
                expected,
                found,
            } => write!(f, "{at} is a `{expected}`, not a `{found}`"),
            Self::ValueRange { at, value, ty } => write!(f, "{value} does not fit {at}, a `{ty}`"),
            Self::NoField { name, ty } => write!(f, "`{ty}` has no field `{name}`"),
            Self::IndexOutOfRange { index, count } => {
                write!(f, "index {index} is out of range: there are {count}")
            }
            Self::SignatureMismatch { signature, found } => {
                write!(
                    f,
                    "the signature is `{signature}`, which `{found}` does not match"
                )
            }
            #[cfg(feature = "exports")]
            Self::UnreadableLibrary { library, message } => {
                write!(f, "library `{library}` cannot be read: {message}")
            }
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(index) => write!(f, "argument {index}"),
            Self::Result => f.write_str("the result"),
            Self::Field(name) => write!(f, "field `{name}`"),
            Self::Variable => f.write_str("the variable"),
        }
    }
}

/// Causes are not repeated: those that an error prints as its own message are no further source.
impl StdError for Error {}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::Text(error)
    }
}

#[cfg(feature = "cdecl")]
impl From<trampette_cdecl::Error> for Error {
    fn from(error: trampette_cdecl::Error) -> Self {
        Self::Declaration(error)
    }
}

#[cfg(feature = "cdecl")]
impl From<trampette_cdecl::LookupError> for Error {
    fn from(error: trampette_cdecl::LookupError) -> Self {
        Self::Lookup(error)
    }
}

impl From<TypeError> for Error {
    fn from(error: TypeError) -> Self {
        Self::Type(error)
    }
}

impl From<AbiError> for Error {
    fn from(error: AbiError) -> Self {
        Self::Abi(error)
    }
}

impl From<ExecError> for Error {
    fn from(error: ExecError) -> Self {
        Self::Exec(error)
    }
}
