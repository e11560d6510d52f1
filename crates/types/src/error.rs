use alloc::string::String;
use core::fmt;

/// Why a type, a signature or a shape cannot be built.
///
/// ```
/// use trampette_types::{CType, TypeError};
///
/// let error = CType::array(CType::Void, 3).unwrap_err();
/// assert_eq!(error, TypeError::VoidValue);
/// assert_eq!(error.code(), "void-value");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeError {
    /// `void` where a value is needed: as a field, an array element or a parameter.
    VoidValue,
    /// Two fields of one struct or union have the same name.
    DuplicateField {
        /// The name that both have.
        name: String,
    },
    /// A type nests deeper than [`MAX_DEPTH`](crate::limits::MAX_DEPTH) levels.
    TooDeep,
    /// A type, or a signature, has more nodes than [`MAX_NODES`](crate::limits::MAX_NODES).
    TooManyNodes,
    /// A signature has more parameters than [`MAX_PARAMS`](crate::limits::MAX_PARAMS).
    TooManyParams {
        /// How many it has.
        count: usize,
    },
    /// The size of a type exceeds [`MAX_SIZE`](crate::limits::MAX_SIZE) or overflows.
    SizeOverflow {
        /// The type, as compact text.
        ty: String,
    },
    /// A value has more bytes than [`MAX_VALUE_SIZE`](crate::limits::MAX_VALUE_SIZE).
    ValueTooLarge {
        /// The type, as compact text.
        ty: String,
        /// Its size in bytes.
        size: usize,
    },
    /// All arguments together have more bytes than
    /// [`MAX_ARGUMENTS_SIZE`](crate::limits::MAX_ARGUMENTS_SIZE).
    ArgumentsTooLarge,
    /// C has no arrays by value: a parameter of array type is a pointer, a result cannot be one.
    ArrayByValue {
        /// The type, as compact text.
        ty: String,
    },
    /// An alignment that is zero, no power of two, or over [`MAX_ALIGN`](crate::limits::MAX_ALIGN).
    BadAlignment {
        /// The alignment that was asked for, in bytes.
        align: usize,
    },
    /// A variadic argument of a type that C's default argument promotions never leave as it is.
    Unpromoted {
        /// Which parameter, counted from zero.
        index: usize,
        /// Its type, as compact text.
        found: String,
        /// The type that C promotes it to.
        expected: &'static str,
    },
    /// The variadic part is said to begin behind the last parameter.
    BadVariadicIndex {
        /// Where it is said to begin.
        index: usize,
        /// How many parameters there are.
        count: usize,
    },
}

impl TypeError {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::VoidValue => "void-value",
            Self::DuplicateField { .. } => "duplicate-field",
            Self::TooDeep => "too-deep",
            Self::TooManyNodes => "too-many-nodes",
            Self::TooManyParams { .. } => "too-many-params",
            Self::SizeOverflow { .. } => "size-overflow",
            Self::ValueTooLarge { .. } => "value-too-large",
            Self::ArgumentsTooLarge => "arguments-too-large",
            Self::ArrayByValue { .. } => "array-by-value",
            Self::BadAlignment { .. } => "bad-alignment",
            Self::Unpromoted { .. } => "unpromoted-argument",
            Self::BadVariadicIndex { .. } => "bad-variadic-index",
        }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::limits::{
            MAX_ALIGN, MAX_ARGUMENTS_SIZE, MAX_DEPTH, MAX_NODES, MAX_PARAMS, MAX_VALUE_SIZE,
        };
        match self {
            Self::VoidValue => f.write_str(
                "`void` is not a value: it stands alone as a parameter list, or as a result",
            ),
            Self::DuplicateField { name } => write!(f, "two fields are named `{name}`"),
            Self::TooDeep => write!(f, "the type nests deeper than {MAX_DEPTH} levels"),
            Self::TooManyNodes => write!(f, "the types are made of more than {MAX_NODES} parts"),
            Self::TooManyParams { count } => write!(
                f,
                "{count} parameters, and at most {MAX_PARAMS} are supported"
            ),
            Self::SizeOverflow { ty } => write!(f, "the size of `{ty}` overflows"),
            Self::ValueTooLarge { ty, size } => {
                write!(
                    f,
                    "`{ty}` has {size} bytes, and at most {MAX_VALUE_SIZE} are passed by value"
                )
            }
            Self::ArgumentsTooLarge => write!(
                f,
                "the arguments have more than {MAX_ARGUMENTS_SIZE} bytes together"
            ),
            Self::ArrayByValue { ty } => {
                write!(
                    f,
                    "C passes no arrays by value: pass a pointer, or a struct around `{ty}`"
                )
            }
            Self::BadAlignment { align } => {
                write!(
                    f,
                    "{align} is not an alignment: it must be a power of two up to {MAX_ALIGN}"
                )
            }
            Self::Unpromoted {
                index,
                found,
                expected,
            } => {
                write!(
                    f,
                    "variadic argument {index} is `{found}`, which C passes as `{expected}`"
                )
            }
            Self::BadVariadicIndex { index, count } => {
                write!(
                    f,
                    "the variadic part begins at {index}, behind the last of {count} parameters"
                )
            }
        }
    }
}

impl core::error::Error for TypeError {}
