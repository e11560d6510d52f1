//! The limits that every type and signature keeps. They are checked when a type, signature or shape is
//! built, so nothing behind them can recurse without end, overflow or allocate without measure.

/// The most parameters that a signature has, variadic ones included.
pub const MAX_PARAMS: usize = 1024;

/// The most levels that a type nests: `i32` has one level, `{i32}` two, `{[i32; 4]}` three. Pointers
/// count as a level of their own.
pub const MAX_DEPTH: usize = 64;

/// The most nodes that one type, or all types of one signature, are made of, counted as if nothing in
/// them were shared: every field, array element type and pointee of every level.
pub const MAX_NODES: usize = 65_536;

/// The most bytes that one argument or result passed by value has: 1 MiB.
pub const MAX_VALUE_SIZE: usize = 1 << 20;

/// The most bytes that all arguments of one call have together, padding included: 4 MiB.
pub const MAX_ARGUMENTS_SIZE: usize = 4 << 20;

/// The largest alignment that a type or field may ask for, in bytes: one page of the smallest kind.
pub const MAX_ALIGN: usize = 4096;

/// The most bytes that any type has, also behind a pointer: C's `PTRDIFF_MAX`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "on hosts of fewer bits the host's own maximum is the limit"
)]
pub const MAX_SIZE: usize = if usize::BITS >= 64 {
    i64::MAX as usize
} else {
    usize::MAX / 2
};

/// The most bytes that the text of a signature has.
pub const MAX_TEXT: usize = 1 << 20;
