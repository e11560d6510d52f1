//! One call, planned: what is passed, what comes back, and where the callee writes it down.

use std::ops::ControlFlow;

use trampette::{Abi, CType, Layout, Leaf, MODEL, Scalar, Signature};

use crate::{c, pattern, values};

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
}

/// A value of the call.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its type.
    pub ty: CType,
    /// Its size, alignment and parts.
    pub layout: Layout,
    /// Its bytes, which say where they come from.
    pub bytes: Vec<u8>,
    /// Which of them mean something: the others are padding.
    pub meaning: Vec<bool>,
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
        let mut record_size = 0;
        let arguments = signature.params().iter().enumerate().map(|(index, ty)| {
            let passed = Passed::new(ty, index, record_size);
            record_size += passed.layout.size().next_multiple_of(16).max(16);
            passed
        });
        let mut result = Passed::new(signature.result(), RESULT, 0);
        if result.ty == CType::String {
            result.bytes = values::text_address();
        }
        Self {
            arguments: arguments.collect(),
            result,
            signature: signature.clone(),
            record_size,
            is_called_back: false,
        }
    }

    /// The same to be called back as well, if it can be: a variadic one cannot.
    #[must_use]
    pub fn both_ways(signature: &Signature) -> Self {
        Self {
            is_called_back: !signature.is_variadic(),
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
    /// it is larger than 16 bytes, but for HFAs, which may as well be read from there).
    #[must_use]
    pub fn has_result_in_memory(&self) -> bool {
        if self.is_win64() {
            return !matches!(self.result.layout.size(), 0 | 1 | 2 | 4 | 8);
        }
        if cfg!(target_arch = "aarch64") {
            return self.result.layout.size() > 16;
        }
        let unaligned = |leaf: Leaf| match leaf.offset % leaf.scalar.size() {
            0 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        };
        let layout = &self.result.layout;
        layout.size() > 16 || layout.leaves(&mut { unaligned }).is_break()
    }
}

impl Passed {
    fn new(ty: &CType, origin: usize, place: usize) -> Self {
        let layout = ty.layout(&MODEL).expect("the signature keeps the limits");
        Self {
            ty: ty.clone(),
            bytes: pattern::bytes(&layout, origin),
            meaning: pattern::meaning(&layout),
            layout,
            place,
        }
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
    /// The first difference among the bytes that mean something, in words.
    pub fn compare(&self, found: &[u8]) -> Result<(), String> {
        compare(&self.bytes, found, &self.meaning)
    }

    /// Compares what C made of an integer when it converted it to `long long`.
    ///
    /// # Errors
    ///
    /// The first difference, in words.
    pub fn compare_extended(&self, found: &[u8]) -> Result<(), String> {
        compare(&self.extended(), found, &[true; 8]).map_err(|what| format!("extended: {what}"))
    }

    fn extended(&self) -> [u8; 8] {
        let negative = self.bytes.last().is_some_and(|last| last & 0x80 != 0);
        let signed = self.layout.as_scalar().is_some_and(Scalar::is_signed);
        let mut wide = [if signed && negative { 0xFF } else { 0 }; 8];
        wide[..self.bytes.len()].copy_from_slice(&self.bytes);
        wide
    }
}

/// The first difference among the bytes that mean something, in words.
fn compare(expected: &[u8], found: &[u8], meaning: &[bool]) -> Result<(), String> {
    if expected.len() != found.len() {
        return Err(format!("{} bytes, not {}", found.len(), expected.len()));
    }
    if expected == found {
        return Ok(());
    }
    let differs = |&at: &usize| meaning[at] && expected[at] != found[at];
    match (0..expected.len()).find(differs) {
        None => Ok(()),
        Some(at) => {
            let around = at & !7..expected.len().min((at & !7) + 16);
            let (expected, found) = (&expected[around.clone()], &found[around.clone()]);
            Err(format!(
                "bytes {around:?} are {found:02x?}, not {expected:02x?}"
            ))
        }
    }
}
