//! Types by chance: scalars, and records around them.

use trampette::{Abi, CType, Enum, Field, Float, Int, Record, Signature};

use super::draw::Draw;
use super::knobs::Knobs;

/// Writes the types of one signature.
#[derive(Debug)]
pub(super) struct Writer<'k> {
    pub(super) draw: Draw,
    pub(super) knobs: &'k Knobs,
    pub(super) abi: Abi,
    /// How many members the value in hand may still get.
    members: usize,
}

/// The most members that a value has, those of its members included.
const MOST_MEMBERS: usize = 40;

/// The deepest that types nest, whatever the knobs say.
const DEEPEST: usize = 16;

/// What a type becomes that is beyond the limits.
pub(super) const WORD: CType = CType::Int(Int::I64);

const WIDTHS: [Int; 8] = [
    Int::I8,
    Int::U8,
    Int::I16,
    Int::U16,
    Int::I32,
    Int::U32,
    Int::I64,
    Int::U64,
];

/// The names behind which C has integers of other widths on other platforms, and all others.
const NAMES: [Int; 17] = [
    Int::Char,
    Int::SignedChar,
    Int::UnsignedChar,
    Int::Short,
    Int::UnsignedShort,
    Int::Int,
    Int::UnsignedInt,
    Int::Long,
    Int::UnsignedLong,
    Int::LongLong,
    Int::UnsignedLongLong,
    Int::Size,
    Int::SSize,
    Int::PtrDiff,
    Int::IntPtr,
    Int::UIntPtr,
    Int::WChar,
];

/// Names of members that are no words of C.
const MEMBERS: [&str; 8] = ["x", "y", "z", "w", "left", "right", "count", "next_one"];

/// What a record asks for beside its members.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dress {
    pub(super) is_union: bool,
    pub(super) packed: Option<usize>,
    pub(super) align: Option<usize>,
    /// How many of a hundred members ask for more alignment.
    pub(super) aligned_members: u32,
}

impl Dress {
    /// For a record that asks for this alignment, and for nothing else.
    pub(super) fn aligned(align: usize) -> Self {
        Self {
            align: Some(align),
            ..Self::default()
        }
    }
}

impl<'k> Writer<'k> {
    pub(super) fn new(draw: Draw, knobs: &'k Knobs, abi: Abi) -> Self {
        Self {
            draw,
            knobs,
            abi,
            members: 0,
        }
    }

    /// A value of any type.
    pub(super) fn value(&mut self) -> CType {
        if self.draw.chance(self.knobs.shares.records) {
            self.record()
        } else {
            self.scalar()
        }
    }

    /// A struct or union of anything.
    pub(super) fn record(&mut self) -> CType {
        self.members = MOST_MEMBERS;
        self.record_within(self.knobs.depth.min(DEEPEST))
    }

    fn record_within(&mut self, depth: usize) -> CType {
        let shares = self.knobs.shares;
        if depth == 0 {
            return self.scalar();
        }
        if self.draw.chance(shares.empty) {
            return self.hollow();
        }
        let count = [(2, 1), (4, 2), (4, 3), (3, 4), (2, 5), (1, 8)];
        let count = self.draw.weighted(count);
        let types = (0..count).map(|_| self.member(depth - 1)).collect();
        let dress = Dress {
            is_union: self.draw.chance(shares.unions),
            packed: self.draw.chance(shares.packed).then(|| self.packing()),
            align: self.draw.chance(shares.aligned).then(|| self.alignment()),
            aligned_members: shares.aligned / 2,
        };
        self.dressed(types, dress)
    }

    fn member(&mut self, depth: usize) -> CType {
        let element = self.element(depth);
        if !self.draw.chance(self.knobs.shares.arrays) {
            return element;
        }
        let len = self.draw.within(1..=4);
        self.members = self.members.saturating_sub(len);
        self.array(element, len)
    }

    fn element(&mut self, depth: usize) -> CType {
        if depth > 0 && self.members > 0 && self.draw.chance(self.knobs.shares.records) {
            return self.record_within(depth);
        }
        self.members = self.members.saturating_sub(1);
        self.scalar()
    }

    /// A record of these members.
    pub(super) fn dressed(&mut self, types: Vec<CType>, dress: Dress) -> CType {
        let shares = self.knobs.shares;
        if shares.records == 0 {
            return types.into_iter().next().unwrap_or(WORD);
        }
        let names = if self.draw.chance(shares.names) {
            &MEMBERS[..]
        } else {
            &[]
        };
        let mut fields = Vec::new();
        for (index, ty) in types.into_iter().enumerate() {
            let name = names.get(index).copied();
            self.push_field(&mut fields, name, ty);
        }
        self.assembled(fields, dress)
    }

    /// A record of these fields.
    pub(super) fn assembled(&mut self, fields: Vec<Field>, dress: Dress) -> CType {
        let shares = self.knobs.shares;
        let aligned = dress.aligned_members.min(shares.aligned * 100);
        let fields = fields.into_iter().map(|field| {
            let align = self.draw.chance(aligned).then(|| self.alignment());
            (field, align)
        });
        let fields = fields.collect();
        let packed = dress.packed.filter(|_| shares.packed > 0);
        let align = dress.align.filter(|_| shares.aligned > 0);
        let is_union = dress.is_union && shares.unions > 0;
        match build(fields, packed, align) {
            Some(record) if is_union => CType::Union(record),
            Some(record) => CType::Struct(record),
            None => WORD,
        }
    }

    /// A struct of these members, and nothing else to it.
    pub(super) fn structure(&mut self, types: Vec<CType>) -> CType {
        self.dressed(types, Dress::default())
    }

    /// A union of these members, and nothing else to it.
    pub(super) fn union(&mut self, types: Vec<CType>) -> CType {
        let dress = Dress {
            is_union: true,
            ..Dress::default()
        };
        self.dressed(types, dress)
    }

    /// An array for a record to hold.
    pub(super) fn array(&mut self, element: CType, len: usize) -> CType {
        if self.knobs.shares.arrays == 0 {
            return element;
        }
        CType::array(element, len).unwrap_or(WORD)
    }

    /// What `packed` limits alignment to.
    pub(super) fn packing(&mut self) -> usize {
        self.draw.weighted([(6, 1), (2, 2), (2, 4), (1, 8)])
    }

    /// What `align` asks for.
    pub(super) fn alignment(&mut self) -> usize {
        self.draw
            .weighted([(2, 2), (3, 4), (4, 8), (6, 16), (2, 32), (1, 64)])
    }

    /// Any scalar, or a vector.
    pub(super) fn scalar(&mut self) -> CType {
        if self.draw.chance(self.knobs.shares.vectors) {
            return self.vector();
        }
        if self.draw.chance(30) {
            self.float()
        } else {
            self.word()
        }
    }

    /// A SIMD vector.
    pub(super) fn vector(&mut self) -> CType {
        let size = self.draw.weighted([(3, 8), (5, 16), (3, 32), (1, 64)]);
        let (lane, width) = match self.draw.within(0..=6) {
            0 | 1 => (CType::F32, 4),
            2 => (CType::F64, 8),
            3 => (CType::Int(self.draw.one([Int::I8, Int::U8])), 1),
            4 => (CType::Int(self.draw.one([Int::I16, Int::U16])), 2),
            5 => (CType::Int(self.draw.one([Int::I32, Int::U32])), 4),
            _ => (CType::Int(self.draw.one([Int::I64, Int::U64])), 8),
        };
        CType::vector(lane, size / width).unwrap_or(WORD)
    }

    /// A floating-point number.
    pub(super) fn float(&mut self) -> CType {
        let float = match self.draw.chance(self.knobs.shares.extended) {
            true => self.draw.weighted([
                (12, Float::LongDouble),
                (4, Float::F128),
                (2, Float::F16),
                (1, Float::BF16),
            ]),
            false => self.draw.one([Float::F32, Float::F64]),
        };
        match self.draw.chance(self.knobs.shares.complex) {
            // No compiler has complex numbers of this.
            true if float != Float::BF16 => CType::Complex(float),
            _ => CType::Float(float),
        }
    }

    /// A scalar for an integer register.
    pub(super) fn word(&mut self) -> CType {
        let shares = self.knobs.shares;
        if self.draw.chance(shares.pointers) {
            self.pointer()
        } else if self.draw.chance(shares.enums) {
            let stored = [(4, Int::Int), (4, Int::UnsignedInt)];
            let other = self.draw.one(WIDTHS);
            let stored = self.draw.weighted([stored[0], stored[1], (3, other)]);
            CType::Enum(Enum::new(stored))
        } else if self.draw.chance(8) {
            CType::Bool
        } else {
            CType::Int(self.integer())
        }
    }

    /// A narrow one.
    pub(super) fn narrow(&mut self) -> CType {
        let widths = [Int::I8, Int::U8, Int::I16, Int::U16].map(CType::Int);
        let narrow = self.draw.any(&widths).unwrap_or(CType::Bool);
        self.draw
            .any(&[CType::Bool, narrow.clone(), narrow.clone(), narrow])
            .unwrap_or(WORD)
    }

    fn integer(&mut self) -> Int {
        if self.draw.chance(self.knobs.shares.wide) {
            return self.draw.one([Int::I128, Int::U128]);
        }
        if self.draw.chance(self.knobs.shares.named) {
            self.draw.one(NAMES)
        } else {
            self.draw.one(WIDTHS)
        }
    }

    /// A pointer: to something unknown, to text, to a number, or to a function.
    fn pointer(&mut self) -> CType {
        if self.draw.chance(self.knobs.shares.callbacks) {
            return self.callback();
        }
        match self.draw.within(0..=4) {
            0 | 1 => CType::POINTER,
            2 | 3 => CType::String,
            _ => CType::Int(self.integer())
                .pointer_to()
                .unwrap_or(CType::POINTER),
        }
    }

    /// A pointer to functions of a simple signature, as callbacks have.
    pub(super) fn callback(&mut self) -> CType {
        let shares = self.knobs.shares;
        let mut params = Vec::new();
        for _ in 0..self.draw.within(0..=4) {
            params.push(match self.draw.within(0..=9) {
                0 | 1 => CType::POINTER,
                2..=4 => self.float(),
                5 if shares.records > 0 => {
                    let types = vec![self.float(), CType::Int(self.integer())];
                    self.structure(types)
                }
                _ => CType::Int(self.integer()),
            });
        }
        let is_variadic = !params.is_empty() && self.draw.chance(shares.variadics);
        let result = match self.draw.within(0..=2) {
            0 => CType::Void,
            1 => self.float(),
            _ => CType::Int(self.integer()),
        };
        let count = params.len();
        let signature = Signature::new(params, result);
        let signature = match is_variadic {
            true => signature.and_then(|signature| signature.with_variadic_from(count)),
            false => signature,
        };
        let signature = signature.map(|signature| match self.abi {
            abi if abi != trampette::ABI && self.draw.chance(30) => signature.with_abi(abi),
            _ => signature,
        });
        let pointer = signature.and_then(CType::function_pointer);
        pointer.unwrap_or(CType::POINTER)
    }

    /// What C makes of a scalar behind `...`, on every platform.
    pub(super) fn promoted(&mut self, ty: CType) -> CType {
        const WIDE: [Int; 8] = [
            Int::I32,
            Int::U32,
            Int::I64,
            Int::U64,
            Int::Int,
            Int::UnsignedInt,
            Int::Long,
            Int::UnsignedLongLong,
        ];
        match &ty {
            CType::Float(Float::F32) => DOUBLE,
            CType::Enum(enumeration) if is_narrow(enumeration.int()) => {
                CType::Enum(Enum::new(self.draw.one([Int::Int, Int::UnsignedInt])))
            }
            CType::Int(int) if is_narrow(*int) => CType::Int(self.draw.one(WIDE)),
            CType::Bool => CType::Int(Int::Int),
            _ => ty,
        }
    }
}

pub(super) const FLOAT: CType = CType::F32;
pub(super) const DOUBLE: CType = CType::F64;

/// Whether C promotes it on some platform.
fn is_narrow(int: Int) -> bool {
    let mut models = trampette::DataModel::ALL.iter();
    models.any(|model| int.scalar(model).size() < 4)
}

/// `None` beyond the limits.
fn build(
    fields: Vec<(Field, Option<usize>)>,
    packed: Option<usize>,
    align: Option<usize>,
) -> Option<Record> {
    let fields = fields.into_iter().map(|(field, align)| match align {
        Some(align) => field.with_align(align),
        None => Ok(field),
    });
    let fields: Vec<Field> = fields.collect::<Result<_, _>>().ok()?;
    let mut record = Record::new(fields).ok()?;
    if let Some(packed) = packed {
        record = record.with_packed(packed).ok()?;
    }
    if let Some(align) = align {
        record = record.with_align(align).ok()?;
    }
    Some(record)
}
