//! Arguments without a name, as the callee of a variadic function reads them: one after the other, each by a
//! type that only the callee knows.
//!
//! Nothing is classified here. Where the next argument stands is asked of the convention: it says where a
//! caller places an argument of that type behind others that use up as many registers as were read so far.
//! What C calls a `va_list` is exactly what has to be remembered between two such questions: how many
//! registers of each bank are behind ([`Cursor`]), and how much of the stack.

use alloc::vec::Vec;

use trampette_types::{Layout, Scalar, Shape};

use crate::error::AbiError;
use crate::layout::{CallConv, CallLayout, Part, Place, Row};
use crate::register::Register;

/// In which registers a convention may pass arguments without a name, in the order in which they are used,
/// and where a callee saves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// The integer registers.
    pub integers: &'static [Register],
    /// The vector registers; none where what they carry travels in integer registers as well.
    pub vectors: &'static [Register],
    /// Where the callee saves them.
    pub saved: Saved,
}

/// Where a callee saves the registers that may carry arguments without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// In an area of its own: integer registers, 8 bytes each, and behind them vector registers, 16 bytes each.
    Apart,
    /// Right below the stack arguments, in the home space where there is one: all arguments stand in a row then.
    BelowStack,
}

/// The part of an argument frame that belongs to arguments without a name.
///
/// ```text
/// +-----------------+------------------+--------------+-------------------+------------------+
/// | stack arguments | padding          | `va_list`    | integer registers | vector registers |
/// +-----------------+------------------+--------------+-------------------+------------------+
///   their address                        for the reader   as `Saved::Apart` says, else none
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnnamedArea {
    start: usize,
    unnamed: Unnamed,
}

/// How many bytes the largest `va_list` has: that of AAPCS64.
pub const VA_LIST_SIZE: usize = 32;

/// The bytes of an integer register, and of what C aligns a `va_list` to.
const WORD: usize = 8;

impl UnnamedArea {
    /// What it is aligned to: compilers read whole vector registers from it.
    pub(crate) const ALIGN: usize = 16;

    pub(crate) fn at(end: usize, unnamed: &Unnamed) -> Self {
        Self {
            start: end.next_multiple_of(Self::ALIGN),
            unnamed: *unnamed,
        }
    }

    pub(crate) fn end(&self) -> usize {
        let (integers, vectors) = self.saved();
        self.registers() + integers.len() * WORD + vectors.len() * Self::ALIGN
    }

    fn saved(&self) -> (&'static [Register], &'static [Register]) {
        match self.unnamed.saved {
            Saved::Apart => (self.unnamed.integers, self.unnamed.vectors),
            Saved::BelowStack => (&[], &[]),
        }
    }

    /// Where the address stands that the stack pointer had at the call instruction, in bytes from the start of
    /// the frame.
    #[must_use]
    pub fn stack_address(&self) -> usize {
        self.start
    }

    /// Where [`VA_LIST_SIZE`] bytes stand that an entry adapter leaves to whoever reads.
    #[must_use]
    pub fn list(&self) -> usize {
        self.start + Self::ALIGN
    }

    /// Where saved registers begin: integer registers, and vector registers behind them.
    #[must_use]
    pub fn registers(&self) -> usize {
        self.list() + VA_LIST_SIZE
    }

    /// The registers to save in the frame, and where: nothing where they are saved elsewhere.
    pub fn places(&self) -> impl Iterator<Item = (Register, usize)> {
        let (integers, vectors) = self.saved();
        let between = self.registers() + integers.len() * WORD;
        let place = |start: usize, size: usize| {
            move |(index, register): (usize, &Register)| (*register, start + index * size)
        };
        let integers = integers.iter().enumerate();
        let vectors = vectors.iter().enumerate();
        integers
            .map(place(self.registers(), WORD))
            .chain(vectors.map(place(between, Self::ALIGN)))
    }

    /// The registers to save right below the stack arguments, upwards.
    #[must_use]
    pub fn below_stack(&self) -> &'static [Register] {
        match self.unnamed.saved {
            Saved::Apart => &[],
            Saved::BelowStack => self.unnamed.integers,
        }
    }
}

/// How far a callee has read: how many registers of each bank are behind. On the stack, whoever reads keeps an
/// address.
///
/// Where registers are [saved below the stack](Saved::BelowStack), all are behind from the start: they are
/// read from memory, as if they had never been registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// How many of the integer registers are behind.
    pub integers: usize,
    /// How many of the vector registers.
    pub vectors: usize,
}

/// Where the next argument stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The rows of the argument, the only one that they speak of. Offsets on the stack count from where the
    /// last argument on it ended, rounded up to [`stack_align`](Self::stack_align).
    pub rows: Vec<Row>,
    /// What the argument is aligned to on the stack, in bytes.
    pub stack_align: usize,
    /// How many bytes it takes up there: a multiple of 8, zero for an argument in registers.
    pub stack_size: usize,
    /// How far the callee has read afterwards.
    pub after: Cursor,
}

impl Cursor {
    /// Before the first argument without a name, in a function of this shape: `variadic_from` parameters have
    /// one. Gives how many bytes above the stack pointer at the call the first of them stands that is on the
    /// stack, or saved below it.
    ///
    /// # Errors
    ///
    /// [`AbiError::Unsupported`] as for [`CallConv::call_layout`], and for a function that is not variadic.
    pub fn start(convention: &dyn CallConv, shape: &Shape) -> Result<(Self, isize), AbiError> {
        let unnamed = convention.unnamed();
        let named = shape.params().len();
        let layout = classify(convention, shape.with_unnamed(probes()), shape.result())?;
        if unnamed.saved == Saved::BelowStack {
            let place = place_of(&layout, named);
            let saved = unnamed.integers.len() * WORD;
            let start = match place {
                Some(Place::Register(register)) => {
                    let index = unnamed.integers.iter().position(|&other| other == register);
                    layout.home + index.unwrap_or_default() * WORD
                }
                Some(Place::Stack(offset)) => offset + saved,
                None => layout.home + saved,
            };
            return Ok((Self::end(&unnamed), signed(start) - signed(saved)));
        }
        let stack = layout.arguments.iter().filter_map(|row| match row.place {
            Place::Stack(offset) if owner(&row.part)? < named => Some(offset + row.part.size()),
            _ => None,
        });
        let stack = stack.max().unwrap_or_default().next_multiple_of(WORD);
        Ok((Self::behind(&layout, named, &unnamed), signed(stack)))
    }

    /// When all registers are behind.
    #[must_use]
    pub fn end(unnamed: &Unnamed) -> Self {
        Self {
            integers: unnamed.integers.len(),
            vectors: unnamed.vectors.len(),
        }
    }

    /// Where an argument of this layout stands.
    ///
    /// # Errors
    ///
    /// As for [`CallConv::call_layout`].
    pub fn next(self, convention: &dyn CallConv, value: &Layout) -> Result<Next, AbiError> {
        let unnamed = convention.unnamed();
        let mut arguments = self.fillers();
        let index = arguments.len();
        arguments.push(value.clone());
        arguments.extend(probes());
        let layout = classify(convention, Shape::of_unnamed(arguments), value)?;
        let mut next = Next {
            rows: rows_of(&layout, index),
            stack_align: WORD,
            stack_size: 0,
            after: Self::behind(&layout, index + 1, &unnamed),
        };
        if let Some(start) = stack_start(&next.rows) {
            next.stack_align = stack_align(convention, &unnamed, value)?;
            for row in &mut next.rows {
                if let Place::Stack(offset) = &mut row.place {
                    *offset -= start;
                    let end = *offset + row.part.size();
                    next.stack_size = next.stack_size.max(end.next_multiple_of(WORD));
                }
            }
        }
        Ok(next)
    }

    /// Where an argument stands that is an integer of 32 or 64 bits, a pointer or a `double`, and how far the
    /// callee has read afterwards; `None` for any other. It is what [`next`](Self::next) says, without asking: all
    /// conventions have these in the next register of their bank, or else in the next word of the stack.
    #[must_use]
    pub fn next_word(self, unnamed: &Unnamed, value: Scalar) -> Option<(Place, Self)> {
        let (bank, behind) = match value {
            Scalar::F64 => (unnamed.vectors, self.vectors),
            Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64 | Scalar::Pointer => {
                (unnamed.integers, self.integers)
            }
            _ => return None,
        };
        let Some(&register) = bank.get(behind) else {
            return Some((Place::Stack(0), self));
        };
        let mut after = self;
        match value {
            Scalar::F64 => after.vectors += 1,
            _ => after.integers += 1,
        }
        Some((Place::Register(register), after))
    }

    /// Arguments that leave a caller as far as this.
    fn fillers(self) -> Vec<Layout> {
        let integers = (0..self.integers).map(|_| Layout::of_scalar(Scalar::I64));
        let vectors = (0..self.vectors).map(|_| Layout::of_scalar(Scalar::F64));
        integers.chain(vectors).collect()
    }

    /// How far a caller was when it came to the two arguments from `index` on: the [`probes`].
    fn behind(layout: &CallLayout, index: usize, unnamed: &Unnamed) -> Self {
        let count = |index, bank: &[Register]| {
            let place = place_of(layout, index);
            let number = |&register| place == Some(Place::Register(register));
            bank.iter().position(number).unwrap_or(bank.len())
        };
        Self {
            integers: count(index, unnamed.integers),
            vectors: count(index + 1, unnamed.vectors),
        }
    }
}

/// Two arguments whose places show which registers come next.
fn probes() -> [Layout; 2] {
    [Scalar::I64, Scalar::F64].map(Layout::of_scalar)
}

fn classify(
    convention: &dyn CallConv,
    shape: Result<Shape, trampette_types::TypeError>,
    value: &Layout,
) -> Result<CallLayout, AbiError> {
    use alloc::string::ToString;
    let shape = shape.map_err(|_| AbiError::Unsupported {
        abi: convention.abi(),
        ty: value.to_string(),
    })?;
    convention.call_layout(&shape)
}

/// What an argument of this layout is aligned to on the stack: where it stands behind a single word, when no
/// register is left.
fn stack_align(
    convention: &dyn CallConv,
    unnamed: &Unnamed,
    value: &Layout,
) -> Result<usize, AbiError> {
    let mut arguments = Cursor::end(unnamed).fillers();
    let index = arguments.len();
    arguments.push(Layout::of_scalar(Scalar::I64));
    arguments.push(value.clone());
    let layout = classify(convention, Shape::of_unnamed(arguments), value)?;
    let starts = [index, index + 1].map(|index| stack_start(&rows_of(&layout, index)));
    Ok(match starts {
        [Some(word), Some(start)] => start - word,
        _ => WORD,
    })
}

/// The rows that whoever receives an argument takes it from.
fn rows_of(layout: &CallLayout, index: usize) -> Vec<Row> {
    let is_owner = |row: &&Row| owner(&row.part) == Some(index);
    layout.arguments.iter().filter(is_owner).copied().collect()
}

fn owner(part: &Part) -> Option<usize> {
    match *part {
        Part::Argument { index, .. } | Part::ArgumentAddress { index, .. } => Some(index),
        Part::Duplicate { .. } | Part::Result { .. } | Part::ResultAddress => None,
    }
}

fn place_of(layout: &CallLayout, index: usize) -> Option<Place> {
    let mut rows = layout.arguments.iter();
    let row = rows.find(|row| owner(&row.part) == Some(index))?;
    Some(row.place)
}

/// Where the part of an argument begins that stands on the stack.
fn stack_start(rows: &[Row]) -> Option<usize> {
    let offsets = rows.iter().filter_map(|row| match row.place {
        Place::Stack(offset) => Some(offset),
        Place::Register(_) => None,
    });
    offsets.min()
}

/// Offsets are far below the half of what a word can say.
fn signed(offset: usize) -> isize {
    isize::try_from(offset).unwrap_or(isize::MAX)
}
