//! One call, planned: what is passed, what comes back, and where the callee writes it down.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use trampette::{Abi, CType, Layout, LayoutKind, Leaf, MODEL, Scalar, Signature, TypeError};

use crate::generate::dispute;
use crate::mismatch::{Difference, Discrepancy, Position};
use crate::{c, pattern, pointers};

/// What the result's bytes are marked with: more than there are arguments, and odd, so that integers are
/// negative where they can be.
const RESULT: usize = 5001;

/// A signature with the bytes of one call.
#[derive(Clone, Debug)]
pub struct Case {
    /// The signature.
    pub signature: Signature,
    /// The arguments.
    pub arguments: Vec<Passed>,
    /// The result that the callee is to return.
    pub result: Passed,
    /// The bytes of the callee's record.
    pub record_size: usize,
    /// Whether the fixture has a caller of callbacks for it as well.
    pub is_called_back: bool,
    /// The arguments that travel by reference: callers of callbacks are to pass addresses of memory which
    /// ends where they do as well.
    pub by_reference: Vec<usize>,
}

/// A value of the call.
#[derive(Clone, Debug)]
pub struct Passed {
    /// What of the call it is.
    pub position: Position,
    /// Its type.
    pub ty: CType,
    /// Its size, alignment and parts.
    pub layout: Layout,
    /// Its bytes, which say where they come from.
    pub bytes: Vec<u8>,
    /// Which of their bits mean something: the others are padding.
    pub meaning: Vec<u8>,
    /// Where the callee records it, in bytes. An integer is recorded twice: extended to eight bytes,
    /// and at its own width behind that.
    pub place: usize,
}

impl Case {
    /// A call of this signature.
    ///
    /// # Panics
    ///
    /// When the signature is beyond the limits.
    #[must_use]
    pub fn of(signature: &Signature) -> Self {
        Self::try_of(signature).expect("the signature keeps the limits")
    }

    /// The same of signatures that may be anything.
    ///
    /// # Errors
    ///
    /// When the signature is beyond the limits.
    pub fn try_of(signature: &Signature) -> Result<Self, TypeError> {
        signature.shape(&MODEL)?;
        let mut record_size = 0;
        let salt = salt(signature);
        let mut argument = |(index, ty)| {
            let position = Position::Argument(index);
            let passed = Passed::new(position, ty, salt + index, record_size)?;
            record_size += passed.layout.size().next_multiple_of(16).max(16);
            Ok(passed)
        };
        let params = signature.params().iter().enumerate();
        let arguments = params
            .map(&mut argument)
            .collect::<Result<_, TypeError>>()?;
        Ok(Self {
            arguments,
            result: Passed::new(Position::Result, signature.result(), salt + RESULT, 0)?,
            signature: signature.clone(),
            record_size,
            is_called_back: false,
            by_reference: Vec::new(),
        })
    }

    /// The same to be called back as well.
    #[must_use]
    pub fn both_ways(signature: &Signature) -> Self {
        Self {
            is_called_back: true,
            ..Self::of(signature)
        }
    }

    /// The convention that it is called in.
    #[must_use]
    pub fn abi(&self) -> Abi {
        self.signature.abi().unwrap_or(trampette::ABI)
    }

    /// Whether that is the Microsoft x64 convention.
    #[must_use]
    pub fn is_win64(&self) -> bool {
        matches!(self.abi(), Abi::Win64 | Abi::Win64Gnu)
    }

    /// Whether C can read what stands behind `...`. For Windows GCC 12 reads a struct that Windows passes by
    /// reference from an address in functions of System V's convention as well, whose callers pass it by
    /// value.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let fixed = self.signature.fixed_params().len();
        let mut behind = self.arguments.iter().skip(fixed);
        let is_foreign = cfg!(windows) && self.abi() == Abi::SysV64;
        !is_foreign || behind.all(|passed| matches!(passed.bytes.len(), 1 | 2 | 4 | 8))
    }

    /// Whether a value travels as the address of a copy that is aligned to 16 bytes (Microsoft: "the
    /// caller-allocated temporary memory must be 16-byte aligned").
    pub(crate) fn is_aligned_copy(&self, passed: &Passed) -> bool {
        self.is_win64() && !matches!(passed.bytes.len(), 1 | 2 | 4 | 8)
    }

    /// Why C cannot write its callee, if it cannot.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        let is_written = |ty: &CType| !matches!(ty, CType::Array(_));
        if c::largest_vector(self) > largest_register() {
            Some("this processor has no registers for vectors that large")
        } else if self.signature.is_variadic() && self.signature.fixed_params().is_empty() {
            Some("C has no `...` without a parameter before it")
        } else if !self.is_readable() {
            Some("the compiler reads what stands behind `...` wrongly here")
        } else if !self.signature.params().iter().all(is_written) {
            Some("C passes no array by value")
        } else {
            None
        }
    }

    /// Whether it is called as Windows has it on AArch64, which of the compilers here only Clang knows.
    #[must_use]
    pub fn is_win_arm64(&self) -> bool {
        self.abi() == Abi::WinArm64
    }

    /// Whether it is called as Apple has it on AArch64.
    #[must_use]
    pub fn is_apple_arm64(&self) -> bool {
        self.signature.abi() == Some(Abi::AppleArm64)
    }

    /// Whether who sends a narrow integer extends it to 32 bits.
    #[must_use]
    pub fn is_extended_by_senders(&self) -> bool {
        self.is_apple_arm64() || (cfg!(target_arch = "x86_64") && !self.is_win64())
    }

    /// Whether the result comes back in memory whose address the caller passes (psABI 3.2.3: "If the
    /// size of an object is larger than \[two\] eightbytes, or it contains unaligned fields, it has class
    /// MEMORY"; Microsoft: "it must have a length of 1, 2, 4, 8, 16, 32, or 64 bits" for rax; AAPCS64: when
    /// it is larger than 16 bytes, but for HFAs).
    #[must_use]
    pub fn has_result_in_memory(&self) -> bool {
        if self.is_win64() {
            // An integer or a vector of 16 bytes comes back in xmm0.
            let scalar = self.result.layout.as_scalar();
            let is_integer = scalar.is_some_and(|scalar| !scalar.is_float());
            let is_wide = is_integer || self.result.layout.is_vector();
            return !is_wide && !matches!(self.result.layout.size(), 0 | 1 | 2 | 4 | 8);
        }
        if cfg!(target_arch = "aarch64") {
            return self.result.layout.size() > 16 && !is_hfa(&self.result.layout);
        }
        let layout = &self.result.layout;
        // "If the class is COMPLEX_X87, the real part of the value is returned in %st0 and the imaginary
        // part in %st1."
        *layout.kind() != LayoutKind::Complex(Scalar::F80) && dispute::is_in_memory(layout)
    }
}

/// The bytes of the largest vectors that compilers may be told of: what they make of others, wherever that
/// travels, runs on other processors alone.
fn largest_register() -> usize {
    #[cfg(target_arch = "x86_64")]
    if !std::arch::is_x86_feature_detected!("avx") {
        return 16;
    } else if !std::arch::is_x86_feature_detected!("avx512f") {
        return 32;
    }
    64
}

/// Whether one to four floating-point numbers or short vectors of one type are all that there is (AAPCS64,
/// "Homogeneous Aggregates").
fn is_hfa(layout: &Layout) -> bool {
    let (mut numbers, mut offsets) = (None, BTreeSet::new());
    let same = layout.leaves(&mut |Leaf { offset, scalar, .. }| {
        offsets.insert(offset);
        let scalar = if scalar == Scalar::BF16 {
            Scalar::F16
        } else {
            scalar
        };
        let is_number = scalar.is_float() || matches!(scalar, Scalar::V64 | Scalar::V128);
        let is_same = *numbers.get_or_insert(scalar) == scalar && is_number;
        match is_same && offsets.len() <= 4 {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    let size = numbers.map_or(0, |scalar| offsets.len() * scalar.size());
    let is_ended = match dispute::has_whole_number(layout) {
        true => dispute::has_no_elements(layout),
        false => has_part_without_value(layout),
    };
    same.is_continue() && size == layout.size() && !is_ended
}

/// GCC and Clang agree that an array without elements makes a record no HFA, and that a bit-field without a
/// name does.
fn has_part_without_value(layout: &Layout) -> bool {
    match layout.kind() {
        LayoutKind::Array { len: 0, .. } => true,
        LayoutKind::Array { element, .. } => has_part_without_value(element),
        _ => {
            let mut members = layout.members().iter();
            !layout.unnamed_bits().is_empty()
                || members.any(|member| has_part_without_value(&member.layout))
        }
    }
}

/// What makes the bytes of one signature's calls others than those of another's: what is left over from an
/// earlier call must not look right. The same on every machine and in every version of Rust, so that a
/// report can be had again. Even, so that signs stay those of the position.
fn salt(signature: &Signature) -> usize {
    let text = signature.to_string();
    let sum = text.bytes().fold(0_u16, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    usize::from(sum) * 2
}

impl Passed {
    fn new(position: Position, ty: &CType, origin: usize, place: usize) -> Result<Self, TypeError> {
        let layout = ty.layout(&MODEL)?;
        let is_followed = position == Position::Result || *ty != CType::String;
        let real = pointers::real(ty, origin).filter(|_| is_followed);
        let bytes = real.map(|address| address.to_le_bytes().into());
        Ok(Self {
            position,
            ty: ty.clone(),
            bytes: bytes.unwrap_or_else(|| pattern::bytes(&layout, origin)),
            meaning: pattern::meaning(&layout),
            layout,
            place,
        })
    }

    /// Whether C records it extended as well.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        c::is_integer(&self.ty)
    }

    /// Compares bytes with those of this value.
    ///
    /// # Errors
    ///
    /// The difference among the bits that mean something.
    pub fn compare(&self, found: &[u8]) -> Result<(), Discrepancy> {
        let compared = Difference::between(&self.bytes, found, &self.meaning);
        compared.map_err(|difference| self.differs(difference))
    }

    /// Compares what C made of an integer when it converted it to `long long`.
    ///
    /// # Errors
    ///
    /// The difference.
    pub fn compare_extended(&self, found: &[u8]) -> Result<(), Discrepancy> {
        let compared = Difference::between(&self.extended(), found, &[0xFF; 8]);
        compared.map_err(|difference| self.differs(difference))
    }

    fn differs(&self, difference: Difference) -> Discrepancy {
        Discrepancy {
            position: self.position,
            difference,
        }
    }

    fn extended(&self) -> [u8; 8] {
        let negative = self.bytes.last().is_some_and(|last| last & 0x80 != 0);
        let signed = self.layout.as_scalar().is_some_and(Scalar::is_signed);
        let mut wide = [if signed && negative { 0xFF } else { 0 }; 8];
        wide[..self.bytes.len()].copy_from_slice(&self.bytes);
        wide
    }
}
