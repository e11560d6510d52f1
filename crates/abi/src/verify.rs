use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::ops::{ControlFlow, Range};

use trampette_types::{Layout, Shape};

use crate::layout::{CallLayout, Part, Place, Row};
use crate::register::{Bank, Register};

/// What is wrong with a call layout.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// A byte of an argument travels nowhere.
    ArgumentLost {
        /// Which argument.
        index: usize,
        /// Which byte of it.
        byte: usize,
    },
    /// A byte of the result travels nowhere.
    ResultLost {
        /// Which byte of it.
        byte: usize,
    },
    /// A byte travels twice, or lies outside its value.
    Misplaced(Row),
    /// A register carries two parts, or more than it holds.
    RegisterConflict(Row),
    /// Two parts overlap on the stack, or one leaves the argument area.
    StackConflict(Row),
    /// The argument area is not a multiple of the alignment of the stack, or smaller than the home space.
    StackSize,
    /// A register carries something that the callee must leave unchanged.
    PreservedRegister(Row),
    /// An argument that does not exist or is misaligned on the stack, a duplicate of bytes that do not
    /// travel otherwise, a copy that is not as large as its argument or whose alignment is no power of
    /// two.
    Meaningless(Row),
}

/// Checks that rows make sense: every byte of every argument and of the result travels exactly once,
/// duplicates apart (padding may stay behind), no register carries two parts, nothing overlaps on the
/// stack or lies in the home space, nothing travels in a register that the callee preserves.
///
/// # Errors
///
/// The first [`Violation`].
pub fn verify(shape: &Shape, layout: &CallLayout) -> Result<(), Violation> {
    if !layout.stack_size.is_multiple_of(layout.stack_align) || layout.home > layout.stack_size {
        return Err(Violation::StackSize);
    }
    verify_places(&layout.arguments, layout, layout.home..layout.stack_size)?;
    verify_places(&layout.result, layout, 0..0)?;
    verify_meaning(shape, &layout.arguments)?;
    for (index, value) in shape.params().iter().enumerate() {
        let lost = verify_value(value, &layout.arguments, |part| match *part {
            Part::Argument {
                index: owner,
                offset,
                size,
            } if owner == index => Some(offset..offset + size),
            Part::ArgumentAddress {
                index: owner, size, ..
            } if owner == index => Some(0..size),
            _ => None,
        })?;
        if let Some(byte) = lost {
            return Err(Violation::ArgumentLost { index, byte });
        }
    }
    if layout.has_result_address() {
        return layout
            .result
            .first()
            .map_or(Ok(()), |row| Err(Violation::Misplaced(*row)));
    }
    let lost = verify_value(shape.result(), &layout.result, |part| match *part {
        Part::Result { offset, size } => Some(offset..offset + size),
        _ => None,
    })?;
    lost.map_or(Ok(()), |byte| Err(Violation::ResultLost { byte }))
}

fn verify_places(rows: &[Row], layout: &CallLayout, area: Range<usize>) -> Result<(), Violation> {
    let mut registers = BTreeSet::<Register>::new();
    let mut stack: Vec<Range<usize>> = Vec::new();
    for row in rows {
        match row.place {
            Place::Register(register) => {
                let most = match register.bank {
                    Bank::Vector => layout.vector_size,
                    Bank::Integer | Bank::X87 => register.size(),
                };
                if row.part.size() > most || !registers.insert(register) {
                    return Err(Violation::RegisterConflict(*row));
                }
                if layout.preserved.bytes_of(register) > 0 {
                    return Err(Violation::PreservedRegister(*row));
                }
            }
            Place::Stack(start) => {
                let end = start + row.part.size();
                let overlaps = stack
                    .iter()
                    .any(|other| start < other.end && other.start < end);
                if overlaps || start < area.start || end > area.end {
                    return Err(Violation::StackConflict(*row));
                }
                stack.push(start..end);
            }
        }
    }
    Ok(())
}

/// Duplicates must be of bytes of their argument, and copies as large as theirs.
fn verify_meaning(shape: &Shape, rows: &[Row]) -> Result<(), Violation> {
    for row in rows {
        let makes_sense = match row.part {
            Part::Duplicate {
                index,
                offset,
                size,
            } => rows.iter().any(|other| {
                other.part
                    == Part::Argument {
                        index,
                        offset,
                        size,
                    }
            }),
            Part::ArgumentAddress { index, size, align } => {
                let param = shape.params().get(index);
                align.is_power_of_two() && param.is_some_and(|param| param.size() == size)
            }
            Part::Argument { index, .. } => {
                let param = shape.params().get(index);
                param.is_some_and(|param| is_aligned(row.place, param))
            }
            Part::Result { .. } | Part::ResultAddress => true,
        };
        if !makes_sense {
            return Err(Violation::Meaningless(*row));
        }
    }
    Ok(())
}

/// On the stack a value is aligned to what its members ask for, up to eight bytes: slots are words, or
/// packed.
fn is_aligned(place: Place, value: &Layout) -> bool {
    match place {
        Place::Register(_) => true,
        Place::Stack(offset) => offset.is_multiple_of(value.natural_align().min(8)),
    }
}

/// The first byte of `value` that no row carries; padding does not count.
fn verify_value(
    value: &Layout,
    rows: &[Row],
    bytes_of: impl Fn(&Part) -> Option<Range<usize>>,
) -> Result<Option<usize>, Violation> {
    let mut carried = vec![false; value.size()];
    for row in rows {
        for byte in bytes_of(&row.part).into_iter().flatten() {
            match carried.get_mut(byte) {
                Some(seen @ false) => *seen = true,
                _ => return Err(Violation::Misplaced(*row)),
            }
        }
    }
    let lost = value.leaves(
        &mut |leaf| match leaf.bytes().find(|&byte| !carried[byte]) {
            Some(byte) => ControlFlow::Break(byte),
            None => ControlFlow::Continue(()),
        },
    );
    Ok(lost.break_value())
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArgumentLost { index, byte } => {
                write!(f, "byte {byte} of argument {index} travels nowhere")
            }
            Self::ResultLost { byte } => write!(f, "byte {byte} of the result travels nowhere"),
            Self::Misplaced(row) => {
                write!(f, "carries bytes twice or from outside the value: {row:?}")
            }
            Self::RegisterConflict(row) => write!(f, "asks too much of a register: {row:?}"),
            Self::StackConflict(row) => write!(f, "overlaps or leaves the argument area: {row:?}"),
            Self::StackSize => f.write_str(
                "the argument area is no multiple of the stack's alignment, or too small",
            ),
            Self::PreservedRegister(row) => {
                write!(
                    f,
                    "travels in a register that the callee preserves: {row:?}"
                )
            }
            Self::Meaningless(row) => write!(f, "makes no sense for its argument: {row:?}"),
        }
    }
}

impl core::error::Error for Violation {}
