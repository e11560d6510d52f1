/// The keywords that spell an arithmetic type, alone or together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Word {
    Void,
    Char,
    Short,
    Int,
    Long,
    Signed,
    Unsigned,
    Float,
    Double,
    Bool,
    Int128,
    Complex,
    Float16,
    BFloat16,
    Float128,
    /// TS 18661-3's names.
    Float32,
    Float64,
    Float32x,
    Float64x,
    /// GCC's name of the x87's format.
    Float80,
    /// Arm's half precision.
    Fp16,
    /// Microsoft's names.
    Int8,
    Int16,
    Int32,
    Int64,
}

impl Word {
    /// Whether it is a name to compilers that do not have the type. Headers define it then: `typedef float
    /// _Float32;`.
    pub(crate) const fn may_be_defined(self) -> bool {
        matches!(
            self,
            Self::Float32 | Self::Float64 | Self::Float32x | Self::Float64x | Self::Float128
        )
    }
}

/// A multiset of [`Word`]s, for they come in any order: two bits count each, up to three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words(u64);

impl Words {
    pub(crate) const NONE: Self = Self(0);

    /// These words.
    pub(crate) const fn of(words: &[Word]) -> Self {
        let (mut sum, mut index) = (Self::NONE, 0);
        while index < words.len() {
            sum = sum.with(words[index]);
            index += 1;
        }
        sum
    }

    /// These and one more. Three of a word are as many as any more: no type has three.
    pub(crate) const fn with(self, word: Word) -> Self {
        let shift = 2 * word as u32;
        if (self.0 >> shift) & 3 == 3 {
            return self;
        }
        Self(self.0 + (1 << shift))
    }
}

impl Words {
    /// Whether this word is among them once, and those without it.
    pub(crate) const fn without_one(self, word: Word) -> Option<Self> {
        let shift = 2 * word as u32;
        if (self.0 >> shift) & 3 == 1 {
            Some(Self(self.0 - (1 << shift)))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, Words};

    #[test]
    fn order_does_not_matter_and_number_does() {
        let one = Words::of(&[Word::Long, Word::Unsigned, Word::Long]);
        assert_eq!(one, Words::of(&[Word::Unsigned, Word::Long, Word::Long]));
        assert_ne!(one, Words::of(&[Word::Unsigned, Word::Long]));
        assert_ne!(one, one.with(Word::Long));
        assert_eq!(Words::of(&[Word::Long; 9]), Words::of(&[Word::Long; 3]));
    }
}
