//! What C compilers take for a `va_list`: how far somebody has read.

use std::ffi::c_void;

use trampette_abi::{Bank, Cursor, Register, Unnamed};
use trampette_types::Abi;

/// The form of a `va_list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An array of one [`SysV`], which as a parameter is a pointer to it.
    SysV,
    /// An [`Aapcs64`], passed by value.
    Aapcs64,
    /// The address of the next argument, in a row with all others.
    Pointer,
}

/// "typedef struct { unsigned int gp_offset; unsigned int fp_offset; void *overflow_arg_area; void
/// *reg_save_area; } va_list[1];" (System V AMD64, figure 3.34 "va_list Type Declaration")
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct SysV {
    /// "The element holds the offset in bytes from reg_save_area to the place where the next available general
    /// purpose argument register is saved."
    pub(crate) gp_offset: u32,
    /// The same for vector registers, 16 bytes each, which stand behind.
    pub(crate) fp_offset: u32,
    pub(crate) overflow_arg_area: *mut u8,
    pub(crate) reg_save_area: *mut u8,
}

/// "typedef struct va_list { void * __stack; void * __gr_top; void * __vr_top; int __gr_offs; int __vr_offs; }
/// va_list;" (AAPCS64, appendix "Variable argument lists")
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Aapcs64 {
    pub(crate) stack: *mut u8,
    /// "The byte following the general register argument save area."
    pub(crate) gr_top: *mut u8,
    pub(crate) vr_top: *mut u8,
    /// "The offset from __gr_top to the next general register argument": negative, or none is left.
    pub(crate) gr_offs: i32,
    pub(crate) vr_offs: i32,
}

/// What a vector register takes up where it is saved.
const VECTOR: usize = 16;

/// What an integer register takes up.
const WORD: usize = 8;

/// A `va_list` of any form, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// How many registers are behind.
    pub(crate) cursor: Cursor,
    /// Where the next argument on the stack begins, or its padding.
    pub(crate) stack: *mut u8,
    /// Where the first integer register is saved, behind or not.
    pub(crate) integers: *mut u8,
    /// Where the first vector register is saved.
    pub(crate) vectors: *mut u8,
}

impl Form {
    /// The form in functions of this convention.
    pub(crate) fn of(abi: Abi) -> Self {
        match abi {
            Abi::SysV64 => Self::SysV,
            Abi::Aapcs64 => Self::Aapcs64,
            _ => Self::Pointer,
        }
    }

    /// Reads a list.
    ///
    /// # Safety
    ///
    /// A `va_list` of this form stands there.
    pub(crate) unsafe fn load(self, list: *const c_void, unnamed: &Unnamed) -> State {
        let end = Cursor::end(unnamed);
        match self {
            Self::SysV => {
                // SAFETY: the caller says so.
                let list = unsafe { list.cast::<SysV>().read() };
                let vectors = (list.fp_offset as usize).saturating_sub(end.integers * WORD);
                State {
                    cursor: Cursor {
                        integers: (list.gp_offset as usize / WORD).min(end.integers),
                        vectors: (vectors / VECTOR).min(end.vectors),
                    },
                    stack: list.overflow_arg_area,
                    integers: list.reg_save_area,
                    vectors: list.reg_save_area.wrapping_add(end.integers * WORD),
                }
            }
            Self::Aapcs64 => {
                // SAFETY: the caller says so.
                let list = unsafe { list.cast::<Aapcs64>().read() };
                let left = |offset: i32, size: usize| {
                    let bytes = usize::try_from(-i64::from(offset)).unwrap_or_default();
                    bytes.div_ceil(size)
                };
                let [integers, vectors] = [end.integers * WORD, end.vectors * VECTOR];
                State {
                    cursor: Cursor {
                        integers: end.integers.saturating_sub(left(list.gr_offs, WORD)),
                        vectors: end.vectors.saturating_sub(left(list.vr_offs, VECTOR)),
                    },
                    stack: list.stack,
                    integers: list.gr_top.wrapping_sub(integers),
                    vectors: list.vr_top.wrapping_sub(vectors),
                }
            }
            Self::Pointer => State {
                cursor: end,
                // SAFETY: the caller says so.
                stack: unsafe { list.cast::<*mut u8>().read() },
                integers: std::ptr::null_mut(),
                vectors: std::ptr::null_mut(),
            },
        }
    }

    /// Writes a list.
    ///
    /// # Safety
    ///
    /// There is room for a `va_list` of this form.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a few registers"
    )]
    pub(crate) unsafe fn store(self, list: *mut c_void, state: &State, unnamed: &Unnamed) {
        let end = Cursor::end(unnamed);
        let Cursor { integers, vectors } = state.cursor;
        match self {
            Self::SysV => {
                let value = SysV {
                    gp_offset: (integers * WORD) as u32,
                    fp_offset: (end.integers * WORD + vectors * VECTOR) as u32,
                    overflow_arg_area: state.stack,
                    reg_save_area: state.integers,
                };
                // SAFETY: the caller says so.
                unsafe { list.cast::<SysV>().write(value) };
            }
            Self::Aapcs64 => {
                let value = Aapcs64 {
                    stack: state.stack,
                    gr_top: state.integers.wrapping_add(end.integers * WORD),
                    vr_top: state.vectors.wrapping_add(end.vectors * VECTOR),
                    gr_offs: -(((end.integers - integers) * WORD) as i32),
                    vr_offs: -(((end.vectors - vectors) * VECTOR) as i32),
                };
                // SAFETY: the caller says so.
                unsafe { list.cast::<Aapcs64>().write(value) };
            }
            // SAFETY: the caller says so.
            Self::Pointer => unsafe { list.cast::<*mut u8>().write(state.stack) },
        }
    }
}

impl State {
    /// Where a register is saved.
    pub(crate) fn saved(&self, register: Register, unnamed: &Unnamed) -> *const u8 {
        let (start, registers, size) = match register.bank {
            Bank::Vector => (self.vectors, unnamed.vectors, VECTOR),
            Bank::Integer | Bank::X87 => (self.integers, unnamed.integers, WORD),
        };
        let index = registers.iter().position(|&other| other == register);
        start.wrapping_add(index.unwrap_or_default() * size)
    }
}
