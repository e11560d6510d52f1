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
    /// A struct or union with a flexible array in it: its values have more bytes than its type.
    FlexibleArrayByValue {
        /// The type, as compact text.
        ty: String,
    },
    /// A flexible array that is not the last member of a struct with others.
    MisplacedFlexibleArray {
        /// The array, or the field that it is, as compact text.
        ty: String,
    },
    /// An alignment that is zero, no power of two, or over [`MAX_ALIGN`](crate::limits::MAX_ALIGN).
    BadAlignment {
        /// The alignment that was asked for, in bytes.
        align: usize,
    },
    /// A SIMD vector of other numbers than integers and floating-point numbers of up to eight bytes, or of
    /// another size than 8, 16, 32 or 64 bytes.
    BadVector {
        /// The type of the numbers, as compact text.
        lane: String,
        /// How many there are.
        len: usize,
    },
    /// A field that cannot have the number of bits that was asked for.
    BadBitField {
        /// The field, as compact text.
        field: String,
        /// What is wrong with it.
        fault: BitFieldFault,
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

/// What is wrong with a bit-field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitFieldFault {
    /// Its type is neither an integer type nor `_Bool` nor an enumeration.
    NoInteger,
    /// It has more bits than its type.
    TooWide {
        /// How many bits its type has: under the data model that it is laid out for, or under that which
        /// gives it the most when it is not laid out yet.
        most: u32,
    },
    /// It has no bits, so it is no member, and yet it has a name.
    NamedZero,
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
            Self::FlexibleArrayByValue { .. } => "flexible-array-by-value",
            Self::MisplacedFlexibleArray { .. } => "misplaced-flexible-array",
            Self::BadAlignment { .. } => "bad-alignment",
            Self::BadVector { .. } => "bad-vector",
            Self::BadBitField { .. } => "bad-bit-field",
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
            Self::FlexibleArrayByValue { ty } => write!(
                f,
                "`{ty}` has a flexible array, and is not passed by value: pass a pointer"
            ),
            Self::MisplacedFlexibleArray { ty } => write!(
                f,
                "`{ty}` has no length, as only the last member of a struct with others may"
            ),
            Self::BadAlignment { align } => {
                write!(
                    f,
                    "{align} is not an alignment: it must be a power of two up to {MAX_ALIGN}"
                )
            }
            Self::BadVector { lane, len } => write!(
                f,
                "`vector({lane}, {len})` is no vector: it needs integers or floating-point numbers of up \
                 to 8 bytes, and 8, 16, 32 or 64 bytes together"
            ),
            Self::BadBitField { field, fault } => write!(f, "`{field}` {fault}"),
            Self::Unpromoted {
                index,
                found,
                expected,
            } => {
                write!(
                    f,
                    "argument {index} is `{found}`, which C passes as `{expected}` where no parameter says \
                     otherwise"
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

impl fmt::Display for BitFieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInteger => {
                f.write_str("is no bit-field: only integers, `bool` and enumerations are")
            }
            Self::TooWide { most: 1 } => f.write_str("is wider than its type, which has 1 bit"),
            Self::TooWide { most } => write!(f, "is wider than its type, which has {most} bits"),
            Self::NamedZero => f.write_str("has no bits, and so no name either"),
        }
    }
}

impl core::error::Error for TypeError {}
