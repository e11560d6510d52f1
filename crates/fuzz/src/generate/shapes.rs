//! Records of the makes that conventions tell apart.

use trampette::{CType, Int};

use super::types::{DOUBLE, Dress, FLOAT, WORD, Writer};

const BYTE: CType = CType::Int(Int::U8);
const HALF: CType = CType::Int(Int::I32);
const QUARTER: CType = CType::Int(Int::I16);

impl Writer<'_> {
    /// A value that wants more than one register, or one at the last moment.
    pub(super) fn straddler(&mut self) -> CType {
        match self.draw.within(0..=12) {
            0..=3 => self.pair(),
            4..=6 => {
                let members = self.draw.within(1..=4);
                self.hfa(members)
            }
            7 => {
                let size = self.draw.within(9..=17);
                self.sized(size)
            }
            8 => self.aligned(),
            9 => self.corner(),
            _ => self.value(),
        }
    }

    /// A value that stands in one integer register, whatever it takes up in memory.
    pub(super) fn register(&mut self) -> CType {
        match self.draw.within(0..=9) {
            0..=3 => self.narrow(),
            4..=6 => self.word(),
            7 | 8 => {
                let size = self.draw.within(1..=8);
                self.sized(size)
            }
            _ => {
                let member = self.draw.one([WORD, HALF, BYTE]);
                self.dressed(vec![member], Dress::aligned(16))
            }
        }
    }

    /// A record that chance would seldom find, and whose size says something else than what is in it.
    pub(super) fn corner(&mut self) -> CType {
        let packed = Dress {
            packed: Some(1),
            ..Dress::default()
        };
        let aligned = Dress::aligned(16);
        match self.draw.within(0..=6) {
            // Small, and in memory all the same.
            0 => self.dressed(vec![BYTE, QUARTER], packed),
            1 => self.dressed(vec![BYTE, FLOAT], packed),
            // Two eightbytes, and one register.
            2 => self.dressed(vec![DOUBLE], aligned),
            3 => self.dressed(vec![HALF, BYTE], aligned),
            // Something with nothing in it.
            _ => {
                let mut types = vec![self.draw.one([DOUBLE, WORD])];
                if self.draw.chance(70) {
                    types.push(self.draw.one([DOUBLE, WORD]));
                }
                if self.knobs.shares.empty > 0 {
                    types.insert(1, self.structure(Vec::new()));
                }
                self.structure(types)
            }
        }
    }

    /// A struct of two eightbytes, the second whole or not, flat or of two structs.
    pub(super) fn pair(&mut self) -> CType {
        let first = self.eightbyte();
        let second = if self.draw.chance(70) {
            self.eightbyte()
        } else {
            self.tail()
        };
        if self.draw.chance(30) {
            let halves = vec![self.structure(first), self.structure(second)];
            return self.structure(halves);
        }
        let all = [first, second].concat();
        self.structure(all)
    }

    /// Members that fill eight bytes.
    pub(super) fn eightbyte(&mut self) -> Vec<CType> {
        match self.draw.within(0..=13) {
            0 => vec![CType::Int(Int::I64)],
            1 => vec![CType::POINTER],
            2 | 3 => vec![DOUBLE],
            4 => vec![HALF, HALF],
            5 | 6 => vec![FLOAT, FLOAT],
            7 => vec![HALF, FLOAT],
            8 => vec![FLOAT, HALF],
            9 => vec![FLOAT, BYTE, CType::Bool, QUARTER],
            10 => vec![QUARTER, QUARTER, FLOAT],
            11 => vec![self.array(BYTE, 8)],
            12 => vec![self.array(FLOAT, 2)],
            _ => vec![self.union(vec![DOUBLE, FLOAT])],
        }
    }

    /// Members of a record that registers may hold.
    fn core(&mut self) -> Vec<CType> {
        match self.draw.within(0..=3) {
            0 => self.eightbyte(),
            1 => [self.eightbyte(), self.eightbyte()].concat(),
            2 => [self.eightbyte(), self.tail()].concat(),
            _ => {
                let base = self.float();
                vec![base; self.draw.within(1..=4)]
            }
        }
    }

    /// Members of any types.
    fn members(&mut self, count: std::ops::RangeInclusive<usize>) -> Vec<CType> {
        let count = self.draw.within(count);
        (0..count).map(|_| self.scalar()).collect()
    }

    /// Members of less than eight bytes.
    fn tail(&mut self) -> Vec<CType> {
        match self.draw.within(0..=5) {
            0 => vec![FLOAT],
            1 => vec![HALF],
            2 => vec![BYTE],
            3 => vec![QUARTER, FLOAT],
            4 => vec![self.array(BYTE, 3)],
            _ => vec![CType::Bool, QUARTER],
        }
    }

    /// A struct of this many bytes, or a few more where its members' alignment asks for them.
    pub(super) fn sized(&mut self, size: usize) -> CType {
        if self.draw.chance(25) {
            let bytes = self.array(BYTE, size);
            return self.structure(vec![bytes]);
        }
        let (mut types, mut end) = (Vec::new(), 0);
        while end < size {
            let fits = |width: &usize| end % width == 0 && end + width <= size;
            let widths: Vec<usize> = [1, 2, 4, 8, 8].into_iter().filter(fits).collect();
            // One byte always fits.
            let width = self.draw.any(&widths).unwrap_or(1);
            types.push(self.of_width(width));
            end += width;
        }
        self.structure(types)
    }

    /// A scalar of 1, 2, 4 or 8 bytes.
    fn of_width(&mut self, width: usize) -> CType {
        let (signed, unsigned, other) = match width {
            1 => (Int::I8, Int::U8, CType::Bool),
            2 => (Int::I16, Int::U16, CType::Int(Int::Short)),
            4 => (Int::I32, Int::U32, FLOAT),
            _ => (Int::I64, Int::U64, DOUBLE),
        };
        match self.draw.within(0..=3) {
            0 => CType::Int(signed),
            1 => CType::Int(unsigned),
            _ => other,
        }
    }

    /// A struct of this many floating-point numbers of one type: flat, in an array, nested, of unions; or
    /// nearly so.
    pub(super) fn hfa(&mut self, members: usize) -> CType {
        let is_vector = self.draw.chance(self.knobs.shares.vectors * 2);
        let base = if is_vector {
            self.vector()
        } else {
            self.float()
        };
        let rest = members.saturating_sub(1);
        match self.draw.within(0..=11) {
            0..=3 => self.structure(vec![base; members]),
            4 => {
                let numbers = self.array(base, members);
                self.structure(vec![numbers])
            }
            5 => {
                let (first, rest) = (base.clone(), self.array(base, rest.max(1)));
                self.structure(vec![first, rest])
            }
            6 => {
                let inner = self.structure(vec![base.clone(); rest.max(1)]);
                self.structure(vec![base, inner])
            }
            7 => {
                let inner = self.structure(vec![base]);
                let inner = self.array(inner, members);
                self.structure(vec![inner])
            }
            8 => {
                let few = self.structure(vec![base.clone()]);
                let numbers = self.array(base, members);
                self.union(vec![few, numbers])
            }
            9 => {
                let either = self.union(vec![base.clone(), base.clone()]);
                let mut types = vec![base; rest];
                types.push(either);
                self.structure(types)
            }
            // Another number, or an integer, among them: no HFA.
            10 => {
                let mut types = vec![base; rest];
                types.push(self.float());
                self.structure(types)
            }
            _ => {
                let mut types = vec![base; members];
                types.push(BYTE);
                self.structure(types)
            }
        }
    }

    /// A packed struct whose members stand where chance has them: aligned by luck, or not.
    pub(super) fn packed(&mut self) -> CType {
        let types = match self.draw.within(0..=7) {
            0..=2 => self.core(),
            3 => vec![BYTE, self.narrow()],
            4 => vec![BYTE, self.aligned()],
            5 => [vec![BYTE], self.core()].concat(),
            _ => self.members(2..=5),
        };
        let dress = Dress {
            packed: Some(self.packing()),
            ..Dress::default()
        };
        let packed = self.dressed(types, dress);
        match self.draw.within(0..=5) {
            0 => {
                let after = self.scalar();
                self.structure(vec![packed, after])
            }
            1 => {
                let few = self.array(packed, 2);
                self.structure(vec![BYTE, few])
            }
            _ => packed,
        }
    }

    /// A record that asks for alignment, itself or through a member.
    pub(super) fn aligned(&mut self) -> CType {
        let types = match self.draw.chance(60) {
            true => self.core(),
            false => self.members(1..=3),
        };
        let itself = self.draw.chance(60);
        let dress = Dress {
            align: itself.then(|| self.alignment()),
            aligned_members: if itself { 10 } else { 60 },
            is_union: self.draw.chance(self.knobs.shares.unions),
            packed: None,
        };
        let aligned = self.dressed(types, dress);
        if self.draw.chance(20) {
            let before = self.scalar();
            return self.structure(vec![before, aligned]);
        }
        aligned
    }

    /// A record with nothing in it, or with nothings among something.
    pub(super) fn hollow(&mut self) -> CType {
        if self.knobs.shares.empty == 0 {
            return self.scalar();
        }
        let mut types = match self.draw.within(0..=5) {
            0 => Vec::new(),
            1 => self.members(0..=2),
            2 => vec![self.float()],
            _ => self.core(),
        };
        for _ in 0..self.draw.within(0..=2) {
            let nothing = self.nothing();
            let at = self.draw.within(0..=types.len());
            types.insert(at, nothing);
        }
        let dress = Dress {
            is_union: self.draw.chance(self.knobs.shares.unions),
            ..Dress::default()
        };
        self.dressed(types, dress)
    }

    /// A member without bytes.
    fn nothing(&mut self) -> CType {
        if self.draw.chance(50) {
            return self.structure(Vec::new());
        }
        let element = self.scalar();
        let none = self.array(element, 0);
        match self.draw.chance(50) {
            true => none,
            false => self.structure(vec![none]),
        }
    }

    /// A union of types that travel differently.
    pub(super) fn mixed_union(&mut self) -> CType {
        let count = self.draw.within(2..=3);
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(match self.draw.within(0..=4) {
                0 => self.float(),
                1 => self.word(),
                2 => self.pair(),
                3 => {
                    let (element, len) = (self.scalar(), self.draw.within(1..=4));
                    self.array(element, len)
                }
                _ => {
                    let members = self.draw.within(1..=4);
                    self.hfa(members)
                }
            });
        }
        let union = self.union(types);
        if self.draw.chance(30) {
            let after = self.scalar();
            return self.structure(vec![union, after]);
        }
        union
    }

    /// A struct around arrays, of one dimension or two, of scalars or of structs.
    pub(super) fn with_array(&mut self) -> CType {
        let element = match self.draw.within(0..=3) {
            0 => self.pair(),
            1 => {
                let (element, len) = (self.scalar(), self.draw.within(1..=3));
                self.array(element, len)
            }
            _ => self.scalar(),
        };
        let len = self.draw.within(1..=5);
        let mut types = vec![self.array(element, len)];
        if self.draw.chance(50) {
            let other = self.scalar();
            let at = self.draw.within(0..=1);
            types.insert(at, other);
        }
        self.structure(types)
    }

    /// A struct that no register holds.
    pub(super) fn large(&mut self) -> CType {
        let bytes = self
            .draw
            .one([65, 72, 96, 128, 129, 200, 256, 500, 1000, 4096]);
        let width = self.draw.one([1, 2, 4, 8]);
        let element = self.of_width(width);
        let many = self.array(element, bytes / width);
        let rest = self.draw.within(1..=9);
        let rest = self.array(BYTE, rest);
        self.structure(vec![many, rest])
    }
}
